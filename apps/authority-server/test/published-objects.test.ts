import { readFile } from 'node:fs/promises';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scene, startScene } from './network.ts';
import { plain } from './plain-request.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.close());

describe('plain HTTP', () => {
  it('serves lists and issuer certificates', async () => {
    expect(await plain(scene, `/crl/${scene.made.issuerId}/0.crl`)).toMatchObject({
      status: 200,
      type: 'application/pkix-crl',
    });
    expect(await plain(scene, '/issuer')).toMatchObject({ status: 200, type: 'application/pkix-cert' });
  });

  it('serves the list of the root at the address that the issuing authority names', async () => {
    const { rootSpkiHash } = scene.made;
    const { body } = await plain(scene, `/crl/${rootSpkiHash.slice(0, 16)}/0.crl`);
    expect(encodePem('X509 CRL', body)).toBe(await readFile(scene.made.files.rootCrl, 'utf8'));
  });

  for (const path of [
    '/topology',
    '/enrol',
    '/roots.pem',
    '/trust-bundle',
    '/events',
    '/healthz',
    '/join-tokens',
  ]) {
    it(`does not serve ${path}`, async () => {
      expect((await plain(scene, path)).status).toBe(404);
      expect((await plain(scene, path, 'POST')).status).toBe(405);
    });
  }
});
