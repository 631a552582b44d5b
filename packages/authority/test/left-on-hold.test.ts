import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, StepClock } from '@entente/testkit';
import type { Peer } from '@entente/tls';
import { administratorSetHash } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';

const start = Date.UTC(2026, 5, 1);
const server = 'fe02.contoso.example';
const store = 'redis.contoso.example';
const { servers } = contoso;
const first = {
  ...contoso,
  servers: [...servers, { fqdn: server, role: 'front-end' as const, pool: 'pool01.contoso.example' }],
  stores: [{ fqdn: store, kind: 'redis' as const }],
};

let directory: string;
let authority: RunningAuthority;
let clock: StepClock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-left-on-hold-'));
  clock = new StepClock(start);
  const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory };
  const objectsUrl = 'http://ca.contoso.example';
  await initialiseAuthority({ ...names, objectsUrl, now: start, openLedger });
  const administratorsHash = administratorSetHash(contoso.administrators);
  const settings = { ...names, administratorsHash, authorityUrl: 'https://ca.contoso.example', objectsUrl };
  authority = await createAuthority(settings, createTestLog(), clock);
  expect((await ask('/topology', signed(first))).status).toBe(200);
});
afterEach(async () => {
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function ask(path: string, body?: string) {
  const peer = { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [], serialHex: '0a' };
  const init = body === undefined ? {} : { method: 'POST', body };
  const request = new Request(`https://ca.contoso.example${path}`, init);
  const answer = await authority.fetch(request, { peer } as unknown as Peer, '192.0.2.1');
  return { status: answer.status, answer: (await answer.json()) as Record<string, unknown> };
}

async function issueOnHold(name: string): Promise<string> {
  const { request } = await createKeyAndRequest({ subject: name });
  const order = JSON.stringify({ server: name, request: encodePem('CERTIFICATE REQUEST', request) });
  const { answer } = await ask('/certificates', order);
  const { serial } = answer as { serial: string };
  const held = await ask('/revoke', JSON.stringify({ serial, reason: 'certificateHold' }));
  expect(held.answer).toMatchObject({ serials: [serial] });
  return serial;
}

it.each([
  ['server', server, next(first, { servers })],
  ['store', store, next(first, { stores: [] })],
])('a certificate on hold is revoked for good when its %s leaves the topology', async (_, name, without) => {
  const serial = await issueOnHold(name);
  expect((await ask('/topology', signed(without))).status).toBe(200);
  expect((await ask(`/certificates/${serial}`)).answer.revocation).toMatchObject({
    reason: 'cessationOfOperation',
  });
  expect(await ask('/release', JSON.stringify({ serial })), 'no hold that could end').toMatchObject({
    answer: { reason: 'certificate-not-on-hold' },
  });
});

it('a certificate on hold stays so where its server stays in the topology', async () => {
  const serial = await issueOnHold(server);
  expect((await ask('/topology', signed(next(first, { stores: [] })))).status).toBe(200);
  expect((await ask(`/certificates/${serial}`)).answer.revocation).toMatchObject({
    reason: 'certificateHold',
  });
});
