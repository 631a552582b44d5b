import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { parsePoolKeys } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog } from '@entente/testkit';
import { systemClock } from '@entente/tls';
import { administratorSetHash } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contoso, signed } from './contoso.ts';

const url = 'https://ca.contoso.example';
const server = 'fe01.contoso.example';
const alice = { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [], serialHex: '01' };

let folder: string;
let file: string;
let authority: RunningAuthority;
/** What waits for its time, which is when a test says so. */
const waiting = new Map<() => void, number>();
const clock = {
  ...systemClock,
  after(delayMs: number, run: () => void) {
    waiting.set(run, delayMs);
    return () => void waiting.delete(run);
  },
};
const open = () =>
  createAuthority(
    {
      domain: 'contoso.example',
      fqdn: 'ca.contoso.example',
      directory: join(folder, 'ca'),
      administratorsHash: administratorSetHash(contoso.administrators),
      authorityUrl: url,
      objectsUrl: 'http://ca.contoso.example',
    },
    createTestLog(),
    clock,
  );
const ask = (path: string, peer: object, body?: string) =>
  authority.fetch(
    new Request(`${url}${path}`, body === undefined ? {} : { method: 'POST', body }),
    { peer } as never,
    '192.0.2.1',
  );
const order = (path: string, body: object) => ask(path, alice, JSON.stringify(body));

/** Another certificate of the server. @returns its serial number */
async function certify(): Promise<string> {
  const { request } = await createKeyAndRequest({ subject: server });
  const pem = encodePem('CERTIFICATE REQUEST', request);
  const answer = (await (await order('/certificates', { server, request: pem })).json()) as {
    serial: string;
  };
  return answer.serial;
}

/** Epochs of the keys that the server gets. */
async function epochs(serialHex: string): Promise<readonly number[] | undefined> {
  const dnsNames = [server, 'pool01.contoso.example'];
  const response = await ask('/domain-keys', { server, serialHex, dnsNames, uris: [] });
  return parsePoolKeys(await response.text())?.keys.map(({ epoch }) => epoch);
}

/** Revokes the certificate of a server that has the keys, while their file cannot be written. @returns the file as it was */
async function revokeWithoutKeys(serial: string): Promise<Buffer> {
  const text = await readFile(file);
  await rm(file);
  await mkdir(join(file, 'in-the-way'), { recursive: true });
  // What was ordered is done: that the keys are still to be changed is in the health of the authority.
  expect((await order('/revoke', { serial, reason: 'keyCompromise' })).status).toBe(200);
  expect(authority.problems().map(({ part }) => part)).toEqual(['domain-keys']);
  await rm(file, { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
  return text;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-compromise-'));
  file = join(folder, 'ca', 'domain-keys.json');
  await initialiseAuthority({
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    directory: join(folder, 'ca'),
    objectsUrl: 'http://ca.contoso.example',
    now: Date.now(),
    openLedger,
  });
  authority = await open();
  expect((await ask('/topology', alice, signed(contoso))).status).toBe(200);
});
afterEach(async () => {
  await authority[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('a revocation for keyCompromise whose pool keys could not be changed', () => {
  it('changes them when it is sent again, for the reason that is recorded, and only once', async () => {
    const serial = await certify();
    expect(await epochs(serial)).toEqual([1]);
    await revokeWithoutKeys(serial);
    const again = await order('/revoke', { serial, reason: 'unspecified' });
    expect([again.status, ((await again.json()) as { reason: string }).reason]).toEqual([
      409,
      'certificate-already-revoked',
    ]);
    const next = await certify();
    expect(await epochs(next), 'the key that may be stolen opens nothing').toEqual([2]);
    await order('/revoke', { serial, reason: 'unspecified' });
    expect(await epochs(next)).toEqual([2]);
  });

  it('changes them with the periodic work, without another order', async () => {
    const serial = await certify();
    await epochs(serial);
    await revokeWithoutKeys(serial);
    // Every few seconds: what is due later would wait for other things.
    for (const [run, delayMs] of [...waiting]) if (delayMs === 15_000 && waiting.delete(run)) run();
    await expect.poll(() => authority.problems()).toEqual([]);
    expect(await epochs(await certify())).toEqual([2]);
  });

  it('changes them when anything else is revoked before that', async () => {
    const serial = await certify();
    await epochs(serial);
    await revokeWithoutKeys(serial);
    await order('/revoke', { serial: await certify(), reason: 'superseded' });
    expect(await epochs(await certify())).toEqual([2]);
  });

  it('changes them when the authority starts again', async () => {
    const serial = await certify();
    await epochs(serial);
    await revokeWithoutKeys(serial);
    await authority[Symbol.asyncDispose]();
    authority = await open();
    expect(await epochs(await certify())).toEqual([2]);
  });

  it('changes them where the certificate was on hold before: the keys that its server had still opened', async () => {
    const serial = await certify();
    await epochs(serial);
    await order('/revoke', { serial, reason: 'certificateHold' });
    await order('/revoke', { serial, reason: 'keyCompromise' });
    expect(await epochs(await certify())).toEqual([3]);
  });
});
