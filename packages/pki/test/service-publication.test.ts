import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLedger } from '@entente/pki/ledger';
import { type AuthorityOptions, listsFile, openAuthority, type ServiceAuthority } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock, revokedIn } from './hand-clock.ts';

const domain = 'contoso.example';
const orders = 'orders.contoso.example';

let folder: string;
let clock: HandClock;
let opened: ServiceAuthority | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-publication-'));
  clock = new HandClock();
});
afterEach(async () => {
  await opened?.[Symbol.asyncDispose]();
  opened = undefined;
  await rm(folder, { recursive: true, force: true });
});

const directory = () => join(folder, 'ca');
const inFolder = (name: string) => join(directory(), name);

async function authority(changes: Partial<AuthorityOptions>): Promise<ServiceAuthority> {
  opened = await openAuthority({ directory: directory(), domain, clock, ...changes });
  return opened;
}

describe('while lists cannot be published', () => {
  it('a revocation whose list cannot be written counts in this process, is no success, and is tried again soon', async () => {
    const faults: unknown[] = [];
    const one = await authority({ onFault: (fault) => faults.push(fault) });
    const { serialHex } = (await one.identity(orders)).current.leaf;
    // A folder in its place cannot be replaced by a file.
    await rename(inFolder(listsFile), join(folder, listsFile));
    await mkdir(inFolder(listsFile));
    const { crls } = one.trust();
    const told: number[] = [];
    crls.onChange(() => told.push(1));
    await expect(one.revoke(orders)).rejects.toThrow();
    expect(told.length).toBeGreaterThan(0);
    expect(crls.current.crls.flatMap((list) => [...list.entries()])).toMatchObject([{ serialHex }]);
    expect(clock.delay).toBe(1_000);
    await expect(one.revoke(orders)).rejects.toThrow();
    expect(clock.delay).toBe(2_000);
    await clock.pass(2_000);
    expect(faults).toHaveLength(1);
    expect(clock.delay).toBe(4_000);
    await rm(inFolder(listsFile), { recursive: true });
    await clock.pass(4_000);
    expect(await revokedIn(inFolder(listsFile))).toEqual([serialHex]);
    expect(clock.delay).toBe(3_600_000);
    expect(await one.revoke(orders)).toMatchObject({ serials: [] });
  });

  it('a revocation whose list cannot be signed is published by the next call for the same name', async () => {
    let isFull = false;
    const one = await authority({
      openLedger: async () => {
        const ledger = createMemoryLedger();
        const { nextCrlNumber } = ledger;
        ledger.nextCrlNumber = async (issuer) => {
          if (isFull) throw new Error('no space left');
          return nextCrlNumber.call(ledger, issuer);
        };
        return ledger;
      },
    });
    const { serialHex } = (await one.identity(orders)).current.leaf;
    isFull = true;
    await expect(one.revoke(orders)).rejects.toThrow('no space left');
    await expect(one.revoke(orders)).rejects.toThrow('no space left');
    isFull = false;
    const { crlNumber } = await one.revoke(orders);
    expect(await revokedIn(inFolder(listsFile))).toEqual([serialHex]);
    expect(BigInt(crlNumber)).toBe(one.trust().crls.current.crls.at(-1)?.crlNumber);
  });
});
