import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import type { Peer } from '@entente/tls';
import { administratorSetHash } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';

const alice = {
  peer: { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [], serialHex: '0a' },
} as unknown as Peer;

describe('a version of the topology', () => {
  let directory: string;
  let authority: RunningAuthority;
  const send = (path: string, init: RequestInit = {}) =>
    authority.fetch(new Request(`https://ca.contoso.example${path}`, init), alice, '192.0.2.1');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-shared-topology-'));
    const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory };
    const objectsUrl = 'http://ca.contoso.example';
    await initialiseAuthority({ ...names, objectsUrl, now: Date.now(), openLedger });
    const administratorsHash = administratorSetHash(contoso.administrators);
    const silent = { info() {}, warn() {}, error() {}, debug() {} };
    authority = await createAuthority(
      { ...names, administratorsHash, authorityUrl: 'https://ca.contoso.example', objectsUrl },
      silent as never,
    );
    for (const document of [contoso, next(contoso)])
      expect((await send('/topology', { method: 'POST', body: signed(document) })).status).toBe(200);
  });
  afterAll(async () => {
    await authority[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(['/topology', '/topology/2', '/topology/1'])(
    'is handed to all who ask for it as views of the same octets: %s',
    async (path) => {
      const octets = async () => {
        const reader = (await send(path)).body?.getReader();
        const part = await reader?.read();
        await reader?.cancel();
        return part?.value;
      };
      const [one, other] = [await octets(), await octets()];
      expect(one?.length).toBeGreaterThan(0);
      expect(other?.buffer).toBe(one?.buffer);
      expect(other?.byteOffset).toBe(one?.byteOffset);
    },
  );
});
