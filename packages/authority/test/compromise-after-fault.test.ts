import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePoolKeys } from '@entente/pki';
import { StepClock } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessAuthority, member } from './in-process-authority.ts';

const server = 'fe01.contoso.example';
let file: string;
let run: InProcessAuthority;
let clock: StepClock;

/** Another certificate of the server. @returns its serial number */
async function certify(): Promise<string> {
  return String((await run.certify(server)).answer.serial);
}

/** Epochs of the keys that the server gets. */
async function epochs(serialHex: string): Promise<readonly number[] | undefined> {
  const response = await run.fetch(
    '/domain-keys',
    undefined,
    member(server, serialHex, 'pool01.contoso.example'),
  );
  return parsePoolKeys(await response.text())?.keys.map(({ epoch }) => epoch);
}

/** Revokes the certificate of a server that has the keys, while their file cannot be written. @returns the file as it was */
async function revokeWithoutKeys(serial: string): Promise<Buffer> {
  const text = await readFile(file);
  await rm(file);
  await mkdir(join(file, 'in-the-way'), { recursive: true });
  // What was ordered is done: that the keys are still to be changed is in the health of the authority.
  expect((await run.ask('/revoke', { serial, reason: 'keyCompromise' })).status).toBe(200);
  expect(run.parts()).toEqual(['domain-keys']);
  await rm(file, { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
  return text;
}

beforeEach(async () => {
  clock = new StepClock(Date.UTC(2026, 5, 1));
  run = await InProcessAuthority.start({ clock });
  file = join(run.directory, 'domain-keys.json');
});
afterEach(() => run[Symbol.asyncDispose]());

describe('a revocation for keyCompromise whose pool keys could not be changed', () => {
  it('changes them when it is sent again, for the reason that is recorded, and only once', async () => {
    const serial = await certify();
    expect(await epochs(serial)).toEqual([1]);
    await revokeWithoutKeys(serial);
    expect(await run.ask('/revoke', { serial, reason: 'unspecified' })).toMatchObject({
      status: 409,
      answer: { reason: 'certificate-already-revoked' },
    });
    const next = await certify();
    expect(await epochs(next), 'the key that may be stolen opens nothing').toEqual([2]);
    await run.ask('/revoke', { serial, reason: 'unspecified' });
    expect(await epochs(next)).toEqual([2]);
  });

  it('changes them with the periodic work, without another order', async () => {
    const serial = await certify();
    await epochs(serial);
    await revokeWithoutKeys(serial);
    // Every few seconds: what is due later would wait for other things.
    clock.move(15_000);
    await expect.poll(() => run.parts()).toEqual([]);
    expect(await epochs(await certify())).toEqual([2]);
  });

  it('changes them when anything else is revoked before that', async () => {
    const serial = await certify();
    await epochs(serial);
    await revokeWithoutKeys(serial);
    await run.ask('/revoke', { serial: await certify(), reason: 'superseded' });
    expect(await epochs(await certify())).toEqual([2]);
  });

  it('changes them when the authority starts again', async () => {
    const serial = await certify();
    await epochs(serial);
    await revokeWithoutKeys(serial);
    await run.restart();
    expect(await epochs(await certify())).toEqual([2]);
  });

  it('changes them where the certificate was on hold before: the keys that its server had still opened', async () => {
    const serial = await certify();
    await epochs(serial);
    await run.ask('/revoke', { serial, reason: 'certificateHold' });
    await run.ask('/revoke', { serial, reason: 'keyCompromise' });
    expect(await epochs(await certify())).toEqual([3]);
  });
});
