import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { createIssuance } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger } from '@entente/pki/ledger';
import { openAuthorityFolder } from '@entente/pki/node';
import { decodeCertificate, decodeCrl, encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const server = 'fe01.contoso.example';
let scene: Scene;
let joined: Credentials & { readonly serialHex: string };

beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(document([frontEnd(server), frontEnd('fe02.contoso.example')])));
  joined = await scene.join(server);
});
afterAll(() => scene.close());

const order = (path: string, fields: object) =>
  scene.ask(path, scene.alice, { method: 'POST', body: JSON.stringify(fields) });
const answerOf = async (response: Promise<Response>) =>
  (await (await response).json()) as Record<string, unknown>;
const leafOf = ({ cert }: Pick<Credentials, 'cert'>) =>
  `${cert.slice(0, cert.indexOf('-----END'))}-----END CERTIFICATE-----\n`;

/** A certificate that the key of the authority has signed, and that its ledger does not have. */
async function foreign(subject: string): Promise<Credentials & { readonly serialHex: string }> {
  const opened = await openAuthorityFolder(dirname(scene.made.files.rootCertificate), async () =>
    createMemoryLedger(),
  );
  const dnsNames = [subject, 'pool01.contoso.example', 'sip.contoso.example', 'contoso.example'];
  const names = { commonName: subject, dnsNames, uris: dnsNames.map((name) => `sip:${name}`) };
  const issuance = createIssuance({
    issuer: opened.issuer,
    anchors: opened.roots,
    throwAway: opened.throwAway,
    ledger: opened.ledger,
    mayIssue: () => ({ ok: true, names }),
    clock: Date.now,
    random: randomBytes,
    objectsUrl: 'http://ca.contoso.example',
  });
  const key = await createKeyAndRequest({ subject });
  const outcome = await issuance.issue(
    { profile: 'server', subject, request: key.request },
    { kind: 'server', server: subject, serialHex: '01' },
  );
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  const { chain, serialHex } = outcome.certificate;
  return {
    cert: chain.map((der) => encodePem('CERTIFICATE', der)).join(''),
    key: key.privateKeyPem,
    serialHex,
  };
}

describe('a certificate that the ledger does not have', () => {
  it('is revoked by itself: it is on the list at once, and its holder is refused', async () => {
    const stray = await foreign(server);
    expect((await scene.ask('/topology', stray)).status).toBe(200);
    const certificate = leafOf(stray);
    const revoked = await answerOf(order('/revoke', { certificate, reason: 'keyCompromise' }));
    expect(revoked).toMatchObject({ serials: [stray.serialHex] });
    const { port } = scene.server().objects;
    const response = await fetch(`http://127.0.0.1:${port}/crl/${scene.made.issuerId}/0.crl`);
    const list = decodeCrl(new Uint8Array(await response.arrayBuffer()));
    expect(list.ok && list.value.lookup(Buffer.from(stray.serialHex, 'hex'))?.reason).toBe('keyCompromise');
    await expect(scene.ask('/topology', stray)).rejects.toThrow();
    // As for one that the ledger has: nothing is issued for its key any more.
    const blocked = await answerOf(order('/block-key', { certificate, reason: 'superseded' }));
    expect(blocked).toMatchObject({ blocked: false, reason: 'keyCompromise' });
    const again = await answerOf(order('/revoke', { certificate }));
    expect(again).toMatchObject({ reason: 'certificate-already-revoked' });
    const { records } = await answerOf(scene.ask('/audit', scene.alice));
    expect(records).toContainEqual(
      expect.objectContaining({ action: 'certificate-revoked', subject: stray.serialHex }),
    );
  });

  it('is not revoked where no key of this network has signed it', async () => {
    const other = await startScene();
    try {
      const { reason } = await answerOf(order('/revoke', { certificate: leafOf(other.alice) }));
      expect(reason).toBe('certificate-unknown');
    } finally {
      await other.close();
    }
  });

  it('is one certificate in PEM, and named in no other way beside', async () => {
    const certificate = leafOf(joined);
    for (const fields of [
      { certificate, serial: joined.serialHex },
      { certificate: `${certificate}${certificate}` },
      { certificate: 'no certificate' },
      { certificate: 7 },
    ]) {
      expect((await answerOf(order('/revoke', fields))).reason).toBe('malformed-request');
    }
  });
});

describe('a key', () => {
  const request = async () => {
    const key = await createKeyAndRequest({ subject: server });
    return { pem: encodePem('CERTIFICATE REQUEST', key.request), key };
  };

  it('is blocked by a request with it: nothing is issued for it any more, and the record says who ordered it', async () => {
    const { pem } = await request();
    expect(await answerOf(order('/block-key', { request: pem }))).toMatchObject({
      blocked: true,
      reason: 'keyCompromise',
      valid: [],
    });
    const again = await answerOf(order('/block-key', { request: pem, reason: 'superseded' }));
    expect(again).toMatchObject({ blocked: false, reason: 'keyCompromise' });
    const issued = await answerOf(order('/certificates', { request: pem, server }));
    expect(issued.reason).toBe('key-compromised');
    const { records } = await answerOf(scene.ask('/audit', scene.alice));
    expect(records).toContainEqual(
      expect.objectContaining({
        action: 'key-blocked',
        actor: 'administrator:alice',
        reason: 'keyCompromise',
      }),
    );
  });

  it('is blocked by a certificate with it, whose valid certificates are named and stay valid', async () => {
    const certificate = leafOf(joined);
    const { valid } = await answerOf(order('/block-key', { certificate }));
    expect(valid).toEqual([{ serial: joined.serialHex, subject: server }]);
    expect((await scene.ask('/topology', joined)).status).toBe(200);
    const decoded = decodeCertificate(Buffer.from(certificate.split('\n').slice(1, -2).join(''), 'base64'));
    expect(decoded.ok && decoded.value.serialHex).toBe(joined.serialHex);
  });

  it('is not blocked by what contains none, or by a server', async () => {
    const { pem } = await request();
    for (const fields of [{}, { request: pem, certificate: leafOf(joined) }, { request: 'none' }]) {
      expect((await answerOf(order('/block-key', fields))).reason).toBe('malformed-request');
    }
    const body = JSON.stringify({ request: pem });
    const refused = await scene.ask('/block-key', joined, { method: 'POST', body });
    expect(refused.status).toBe(403);
  });
});
