import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AuthorityOptions,
  authorityFiles,
  openAuthority,
  type ServiceAuthority,
} from '@entente/pki/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HandClock } from './hand-clock.ts';

const day = 86_400_000;
const orders = 'orders.contoso.example';

let folder: string;
let clock: HandClock;
let running: ServiceAuthority | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-service-clock-'));
  clock = new HandClock();
});
afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

const inFolder = (name: string) => join(folder, 'ca', name);

/** Ends the run of the program, and begins the next one. */
async function again(changes: Partial<AuthorityOptions>): Promise<ServiceAuthority> {
  await running?.[Symbol.asyncDispose]();
  const options = { directory: join(folder, 'ca'), domain: 'contoso.example', clock };
  running = await openAuthority({ ...options, ...changes });
  return running;
}

it('what a clock that was ahead has let the root sign is signed again once somebody says that the clock is right', async () => {
  const faults: unknown[] = [];
  const told = { onFault: (fault: unknown) => faults.push(fault) };
  const one = await again(told);
  const { issuer } = (await one.identity(orders)).current.leaf;
  clock.time += 400 * day;
  await again(told);
  clock.time -= 400 * day;
  const ofTheFuture = (authority: ServiceAuthority) =>
    authority.trust().crls.current.crls.filter(({ thisUpdate }) => thisUpdate > clock.time + 300_000);
  expect(ofTheFuture(await again(told)), 'the clock may be behind as well').not.toEqual([]);
  expect(faults.splice(0)).toMatchObject([
    {
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      message: expect.stringContaining('has signed a list at'),
      remedy: expect.stringContaining('isClockRight: true'),
    },
  ]);
  const right = await again({ ...told, isClockRight: true });
  expect(ofTheFuture(right)).toEqual([]);
  const { leaf } = (await right.reissue(orders)).current;
  expect([faults, leaf.issuer.toString()]).toEqual([[], issuer.toString()]);
  await rename(inFolder(authorityFiles.rootKey), join(folder, 'root.key'));
  clock.time -= day;
  await again({ ...told, isClockRight: true });
  expect(faults, 'and told where its key is not there').toMatchObject([
    { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' },
  ]);
});
