import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority, type ServiceAuthority } from '@entente/pki/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HandClock } from './hand-clock.ts';

const day = 86_400_000;
const orders = 'orders.contoso.example';

let folder: string;
let clock: HandClock;
let running: ServiceAuthority | undefined;
const faults: unknown[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-service-years-'));
  clock = new HandClock();
  faults.length = 0;
});
afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** Ends the run of the program, and begins the next one. */
async function again(): Promise<ServiceAuthority> {
  await running?.[Symbol.asyncDispose]();
  const onFault = (fault: unknown) => faults.push(fault);
  running = await openAuthority({ directory: join(folder, 'ca'), domain: 'contoso.example', clock, onFault });
  return running;
}

it('a program that nobody has run since its issuing authority ended has identities at its first run', async () => {
  const before = (await (await again()).identity(orders)).current.leaf;
  clock.time += 800 * day;
  const authority = await again();
  const { leaf } = (await authority.identity(orders)).current;
  expect(leaf.issuer.toString()).not.toBe(before.issuer.toString());
  expect(leaf.notAfter).toBe(clock.time + 7 * day);
  const current = authority.trust().crls.current.crls.filter(({ nextUpdate = 0 }) => nextUpdate > clock.time);
  expect(current.map(({ issuer }) => issuer.toString())).toContain(leaf.issuer.toString());
  await authority.revoke(orders);
  expect(faults).toEqual([]);
});

it('a program that was suspended for as long renews its identities at its next look', async () => {
  const authority = await again();
  const identity = await authority.identity(orders);
  await clock.pass(800 * day);
  expect(faults).toEqual([]);
  expect(identity.current.leaf.notAfter).toBe(clock.time + 7 * day);
});

it('a program whose root has ended is told what to do, and of no command that it does not have', async () => {
  await (await again()).identity(orders);
  clock.time += 40 * 365 * day;
  const authority = await again();
  const fault: unknown = await authority.identity(orders).catch((error: unknown) => error);
  const told = [...faults, fault] as readonly { readonly remedy: string }[];
  expect(told.length).toBeGreaterThan(1);
  for (const { remedy } of told) {
    expect(remedy).toContain('set the clock of this machine');
    expect(remedy).not.toMatch(/entente [a-z]/);
  }
});
