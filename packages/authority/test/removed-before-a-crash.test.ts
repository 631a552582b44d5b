import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, StepClock } from '@entente/testkit';
import type { Peer } from '@entente/tls';
import { administratorSetHash, type TopologyDocument } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { endsOnceStored } from './ends-once-stored.ts';

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

let directory: string;
let authority: RunningAuthority;
let clock: StepClock;
/** The process ends once the version is stored, as far as its answer goes. */
let ends: boolean;

const open = endsOnceStored(() => ends);
const settings = () => ({
  domain: 'contoso.example',
  fqdn: 'ca.contoso.example',
  directory,
  administratorsHash: administratorSetHash(first.administrators),
  authorityUrl: 'https://ca.contoso.example',
  objectsUrl: 'http://ca.contoso.example',
});
const run = async () => {
  authority = await createAuthority(settings(), createTestLog(), clock, { open });
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-removed-'));
  clock = new StepClock(start);
  ends = false;
  const { domain, fqdn, objectsUrl } = settings();
  await initialiseAuthority({ domain, fqdn, objectsUrl, directory, now: start, openLedger });
  await run();
  expect((await ask('alice', '/topology', signed(first))).status).toBe(200);
});
afterEach(async () => {
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function ask(as: string, path: string, body?: string) {
  const uris = [`entente://contoso.example/administrators/${as}`];
  const peer = { peer: { uris, dnsNames: [], serialHex: '0a' } } as unknown as Peer;
  const url = `https://ca.contoso.example${path}`;
  const request = new Request(url, body === undefined ? {} : { method: 'POST', body });
  const response = await authority.fetch(request, peer, '192.0.2.1');
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

it('an administrator whom a version has removed keeps nothing of before it was published, also where the authority has ended in that moment', async () => {
  const removing = signed(next(first, { administrators: contoso.administrators, issued: iso(start + hour) }));
  clock.time = start + 2 * hour;
  const { request } = await createKeyAndRequest({ subject: 'bob' });
  const order = JSON.stringify({ request: encodePem('CERTIFICATE REQUEST', request) });
  const { serial } = (await ask('bob', '/certificates', order)).answer as { serial: string };
  const isRevoked = async () =>
    (await ask('alice', `/certificates/${serial}`)).answer.revocation !== undefined;
  clock.time = start + 3 * hour;
  ends = true;
  expect((await ask('alice', '/topology', removing)).status).toBe(503);
  expect(await isRevoked()).toBe(false);
  await authority[Symbol.asyncDispose]();
  ends = false;
  await run();
  expect((await ask('alice', '/topology')).answer).toMatchObject({ document: { version: 2 } });
  expect(await isRevoked()).toBe(true);
});
