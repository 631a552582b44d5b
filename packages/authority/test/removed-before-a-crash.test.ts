import { generateKeyPairSync } from 'node:crypto';
import { StepClock } from '@entente/testkit';
import type { TopologyDocument } from '@entente/topology';
import { expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { endsOnceStored } from './ends-once-stored.ts';
import { InProcessAuthority } from './in-process-authority.ts';

const start = Date.UTC(2026, 5, 1);
const hour = 3_600_000;
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const bob = {
  id: 'bob',
  algorithm: 'ES256',
  publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
} as const;
const { keys } = contoso.administrators;
const first: TopologyDocument = {
  ...contoso,
  administrators: { ...contoso.administrators, keys: [...keys, bob] },
};
const iso = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

it('an administrator whom a version has removed keeps nothing of before it was published, also where the authority has ended in that moment', async () => {
  const clock = new StepClock(start);
  // Its process ends once the version is stored, as far as its answer goes.
  let ends = false;
  await using run = await InProcessAuthority.start({ clock, first, open: endsOnceStored(() => ends) });
  const removing = signed(next(first, { administrators: contoso.administrators, issued: iso(start + hour) }));
  clock.time = start + 2 * hour;
  const { serial } = (await run.certifyAdministrator('bob')).answer as { serial: string };
  const isRevoked = async () => (await run.ask(`/certificates/${serial}`)).answer.revocation !== undefined;
  clock.time = start + 3 * hour;
  ends = true;
  expect((await run.ask('/topology', removing)).status).toBe(503);
  expect(await isRevoked()).toBe(false);
  await run.authority[Symbol.asyncDispose]();
  ends = false;
  await run.restart();
  expect((await run.ask('/topology')).answer).toMatchObject({ document: { version: 2 } });
  expect(await isRevoked()).toBe(true);
});
