import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { type Peer, systemClock } from '@entente/tls';
import { administratorSetHash } from '@entente/topology';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contoso, signed } from './contoso.ts';

const now = Date.now();
let directory: string;
let authority: RunningAuthority;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-order-limits-'));
  const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory };
  await initialiseAuthority({ ...names, objectsUrl: 'http://ca.contoso.example', now, openLedger });
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  authority = await createAuthority(
    {
      ...names,
      administratorsHash: administratorSetHash(contoso.administrators),
      authorityUrl: 'https://ca.contoso.example',
      objectsUrl: 'http://ca.contoso.example',
    },
    silent as never,
    { ...systemClock, now: () => now },
  );
  expect((await post('/topology', signed(contoso))).status).toBe(200);
});
afterAll(async () => {
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const post = (path: string, body: string): Promise<Response> => answer(requestOf(path, body));

function requestOf(path: string, body: string | ReadableStream): Request {
  return new Request(`https://ca.contoso.example${path}`, { method: 'POST', body, duplex: 'half' });
}

function answer(request: Request): Promise<Response> {
  const peer = {
    peer: { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [], serialHex: '0a' },
  } as unknown as Peer;
  return authority.fetch(request, peer, '192.0.2.1');
}

it('revocations, ends of holds and topologies of an administrator are counted together, refused ones too', async () => {
  for (let index = 1; index < 1_000; index++) expect((await post('/release', '{}')).status).toBe(400);
  const answers = await Promise.all([
    post('/release', '{}'),
    post('/revoke', '{}'),
    post('/topology', signed(contoso)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 429]);
});

it('an order that is one too many is refused before anything of it is read', async () => {
  for (let index = 0; index < 20; index++) expect((await post('/certificates', '{}')).status).toBe(400);
  for (const path of ['/certificates', '/release', '/revoke', '/block-key']) {
    // Its body never comes to an end.
    const request = requestOf(path, new ReadableStream());
    const { status } = await answer(request);
    expect([path, status, request.bodyUsed]).toEqual([path, 429, false]);
  }
});
