import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StepClock } from '@entente/testkit';
import { decodeTrustState } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StateSequence } from '../src/trust-state/state-sequence.ts';
import { contoso, next, signed } from './contoso.ts';
import { InProcessAuthority, member } from './in-process-authority.ts';

const hour = 3_600_000;
const day = 24 * hour;
const server = 'fe01.contoso.example';
const clock = new StepClock(Date.UTC(2026, 5, 1));
let run: InProcessAuthority;

async function told() {
  const response = await run.fetch('/state', undefined, member(server));
  const decoded = decodeTrustState(await response.text());
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded;
}

const toldVersion = async () => (await told()).state.topology.version;

beforeAll(async () => {
  run = await InProcessAuthority.start({ clock, isPublished: false });
  expect((await run.ask('/topology', signed(contoso))).answer).not.toHaveProperty('untold');
});
afterAll(() => run[Symbol.asyncDispose]());

describe('a change of which no trust state can be signed', () => {
  it('is in force, its answer and the health say that members have not been told, and they are as soon as one can be', async () => {
    const { answer: issued } = await run.certify(server);
    expect(run.parts()).toEqual([]);
    // The numbers that were reserved are over, and no others can be: the file cannot be written.
    clock.move(1_000);
    const file = join(run.directory, 'state-sequence.json');
    await rm(file, { force: true });
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    const untold = {
      message: expect.stringContaining('members have not been told'),
      remedy: expect.any(String),
    };
    expect(await run.ask('/revoke', { serial: issued.serial })).toMatchObject({
      status: 200,
      answer: { serials: [issued.serial], untold },
    });
    const second = signed(next(contoso, { title: 'another' }));
    expect(await run.ask('/topology', second)).toMatchObject({ status: 200, answer: { version: 2, untold } });
    expect(run.parts()).toEqual(['trust-state']);
    expect(await toldVersion()).toBe(1);
    await rm(file, { recursive: true });
    clock.move(5_000);
    await expect.poll(toldVersion).toBe(2);
    expect(run.parts()).toEqual([]);
  });

  it('is no missing topology where it is the first since a start: a member that asks learns what keeps it from being signed', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const sequence = vi.spyOn(StateSequence.prototype, 'next').mockRejectedValue(full);
    await run.restart();
    const response = await run.fetch('/state', undefined, member(server));
    const answer = await response.json();
    expect([response.status, answer]).toMatchObject([
      404,
      { reason: 'not-found', detail: expect.stringContaining('no trust state could be signed') },
    ]);
    expect(JSON.stringify(answer)).not.toContain('entente topology publish');
    sequence.mockRestore();
    clock.move(5_000);
    await expect.poll(() => run.parts()).toEqual([]);
  });

  it('is not one for which the key can have no next certificate: the key before signs while its own is valid', async () => {
    const { signer, state } = await told();
    const file = join(run.directory, 'state.key');
    await rm(file);
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    clock.move(5 * day);
    await expect.poll(async () => (await told()).state.sequence).toBeGreaterThan(state.sequence);
    expect((await told()).signer.serialHex).toBe(signer.serialHex);
    expect(run.parts()).not.toContain('trust-state');
    await rm(file, { recursive: true });
    clock.move(hour);
    await expect.poll(async () => (await told()).signer.serialHex).not.toBe(signer.serialHex);
  });
});
