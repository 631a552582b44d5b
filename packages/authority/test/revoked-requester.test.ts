import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import type { Peer } from '@entente/tls';
import { administratorSetHash } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contoso, signed } from './contoso.ts';

let directory: string;
let authority: RunningAuthority;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-revoked-requester-'));
  const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory };
  await initialiseAuthority({
    ...names,
    objectsUrl: 'http://ca.contoso.example',
    now: Date.now(),
    openLedger,
  });
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  authority = await createAuthority(
    {
      ...names,
      administratorsHash: administratorSetHash(contoso.administrators),
      authorityUrl: 'https://ca.contoso.example',
      objectsUrl: 'http://ca.contoso.example',
    },
    silent as never,
  );
  expect((await ask('/topology', '0a', signed(contoso))).status).toBe(200);
});
afterAll(async () => {
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** A request of alice on a connection that was admitted with a certificate. */
async function ask(path: string, serialHex: string, body?: string) {
  const peer = {
    peer: { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [], serialHex },
  } as unknown as Peer;
  const request = new Request(`https://ca.contoso.example${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  const response = await authority.fetch(request, peer, '192.0.2.1');
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function order(serialHex: string) {
  const { request } = await createKeyAndRequest({ subject: 'alice' });
  return ask(
    '/certificates',
    serialHex,
    JSON.stringify({ request: encodePem('CERTIFICATE REQUEST', request) }),
  );
}

it('an administrator whose certificate was revoked on an open connection gets no other one', async () => {
  const { answer } = await order('0a');
  const serial = String(answer.serial);
  await ask('/revoke', '0a', JSON.stringify({ serial, reason: 'keyCompromise' }));
  const refused = await order(serial);
  expect(refused).toMatchObject({ status: 403, answer: { reason: 'requester-revoked' } });
  const { answer: listed } = await ask('/certificates?subject=alice', '0a');
  expect((listed.certificates as { revocation?: object }[]).every(({ revocation }) => revocation)).toBe(true);
});
