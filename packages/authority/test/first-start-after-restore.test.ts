import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import { authorityFolder, readRestoredMark, writeRestoredMark } from '@entente/pki/node';
import { createTestLog } from '@entente/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterRestore } from '../src/restored/first-start-after-restore.ts';
import { bundleSequence } from '../src/trust-bundle-sequence.ts';
import { StateSequence } from '../src/trust-state/state-sequence.ts';
import { type RestoredAuthority, restoredAt, restoredAuthority, takenAt } from './restored-authority.ts';

const day = 86_400_000;
/** The id of an issuing authority that the root has not certified yet. */
const pending = 'fedcba9876543210';
let restored: RestoredAuthority;
beforeAll(async () => {
  restored = await restoredAuthority();
});
afterAll(() => restored[Symbol.asyncDispose]());

describe('the first start after a restore', () => {
  let directory: string;
  let count = 0;
  let ledger: Ledger;
  let renewed: number;
  beforeEach(async () => {
    directory = join(restored.folder, `restored-${++count}`);
    ledger = createMemoryLedger();
    renewed = 0;
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt });
  });
  const start = (time: number, log = createTestLog()) =>
    afterRestore({
      directory,
      ledger,
      issuers: [restored.issuer.id, pending],
      domainKeys: { renewAll: async () => void renewed++ },
      tokens: { forgetTokens: async () => {} },
      audit: { record: async () => {} },
      now: () => time,
      log,
    });
  const numbers = async (time: number) => ({
    list: await ledger.nextCrlNumber(restored.issuer.id),
    state: await (await StateSequence.open(directory, () => time)).next(),
    bundle: await bundleSequence(directory, restored.anchors),
  });

  it('takes its numbers from the time, and each pool gets another key', async () => {
    await start(restoredAt + 5);
    const { bundle, list, state } = await numbers(restoredAt + 5);
    expect(list).toBeGreaterThan(restoredAt + 5);
    expect(state).toBeGreaterThan(restoredAt + 5);
    expect(bundle).toBeGreaterThan(restoredAt + 5);
    expect(renewed).toBe(1);
  });

  it('is not fooled by a clock that is behind, or by a number that is higher than the time', async () => {
    await start(0);
    expect((await numbers(0)).list).toBeGreaterThan(restoredAt);
    const above = restoredAt * 2;
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt, above });
    await start(0);
    expect((await numbers(0)).list).toBeGreaterThan(above);
  });

  it('repeats no number of a state where the same backup is restored again soon after', async () => {
    await start(restoredAt);
    const states = await StateSequence.open(directory, () => restoredAt);
    let last = 0;
    for (let count = 0; count < 500; count++) last = await states.next();
    await rm(join(directory, 'state-sequence.json'));
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt: restoredAt + 5_000 });
    await start(restoredAt + 5_000);
    expect((await numbers(restoredAt + 5_000)).state).toBeGreaterThan(last);
  });

  it('takes the number that an administrator gives for states and bundles too', async () => {
    const above = restoredAt * 2;
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt, above });
    await start(restoredAt);
    for (const number of Object.values(await numbers(restoredAt))) expect(number).toBeGreaterThan(above);
  });

  it('gives an issuing authority whose certificate waits at the root a number of the time too', async () => {
    await start(restoredAt);
    expect(await ledger.nextCrlNumber(pending)).toBeGreaterThan(restoredAt);
  });

  it('is done once; where it was interrupted, it is done again', async () => {
    await start(restoredAt);
    const { list } = await numbers(restoredAt);
    await start(restoredAt + day);
    expect(await ledger.nextCrlNumber(restored.issuer.id)).toBe(list + 1);
    expect(renewed).toBe(1);
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt });
    await start(restoredAt + day);
    expect(await ledger.nextCrlNumber(restored.issuer.id)).toBeGreaterThan(restoredAt + day);
  });

  it('ends after the longest life of a certificate: then everything from before has expired', async () => {
    await start(restoredAt);
    expect(await start(restoredAt + 90 * day - 1)).toMatchObject({ takenAt });
    expect(await start(restoredAt + 90 * day)).toBeUndefined();
    expect(await readRestoredMark(authorityFolder(directory))).toBeUndefined();
    expect(await start(restoredAt)).toBeUndefined();
  });

  it('ends no earlier because the clock was behind at the restore', async () => {
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt: 0 });
    await start(restoredAt);
    expect(await start(restoredAt + 90 * day - 1)).toMatchObject({ takenAt });
    expect(await start(restoredAt + 90 * day)).toBeUndefined();
  });

  it('does not happen where the mark cannot be read: numbers might repeat', async () => {
    await writeFile(join(directory, 'restored.json'), '{');
    await expect(start(restoredAt)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
    expect(await readFile(join(directory, 'restored.json'), 'utf8')).toBe('{');
  });
});
