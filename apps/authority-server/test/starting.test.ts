import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthorityServer } from '@entente/authority-server';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { describe, expect, it } from 'vitest';
import { startScene } from './network.ts';

describe('starting', () => {
  it('listens on this machine only where the configuration names no host', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'entente-authority-host-'));
    const names = { domain: 'contoso.example', fqdn: 'ca.contoso.example' };
    const [url, objectsUrl] = ['https://ca.contoso.example', 'http://ca.contoso.example'];
    await initialiseAuthority({ ...names, directory, objectsUrl, now: Date.now(), openLedger });
    const silent = { info() {}, warn() {}, error() {}, debug() {}, child: () => silent };
    const config = { ...names, directory, administratorsHash: '00'.repeat(32) };
    const server = await createAuthorityServer({
      config: { ...config, https: { port: 0, url }, objects: { port: 0, url: objectsUrl } },
      logger: silent,
    });
    expect([server.https.host, server.objects.host]).toEqual(['127.0.0.1', '127.0.0.1']);
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('refuses a second authority on the same ledger, and says who holds it', async () => {
    const scene = await startScene();
    const config = {
      domain: 'contoso.example',
      fqdn: 'ca.contoso.example',
      directory: join(scene.made.files.rootCertificate, '..'),
      administratorsHash: '00'.repeat(32),
      https: { host: '127.0.0.1', port: 0, url: 'https://ca.contoso.example' },
      objects: { host: '127.0.0.1', port: 0, url: 'http://ca.contoso.example' },
    };
    const silent = { info() {}, warn() {}, error() {}, debug() {}, child: () => silent };
    await expect(createAuthorityServer({ config, logger: silent })).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_LOCKED',
      remedy: expect.any(String),
    });
    await scene.close();
  });
});
