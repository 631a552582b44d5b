import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createIssuance, createIssuer } from '@entente/pki';
import { createKeyAndRequest, renew } from '@entente/pki/client';
import { createMemoryLedger } from '@entente/pki/ledger';
import { keySigner, throwAwaySigner } from '@entente/pki/node';
import { links } from '@entente/topology';
import { decodeCrl, decodePemCertificates, encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followEvents } from './followed-events.ts';
import { type Credentials, document, frontEnd, type Scene, send, signed, startScene } from './network.ts';
import { plain } from './plain-request.ts';

let scene: Scene;
const first = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')]);
let fe01: Credentials & { serialHex: string };

beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.close());

async function currentList() {
  const { body } = await plain(scene, `/crl/${scene.made.issuerId}/0.crl`);
  const decoded = decodeCrl(body);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

const lastRefusal = () => scene.log.filter(({ reason }) => reason !== undefined).at(-1);

describe('before the first topology', () => {
  it('answers anybody who asks whether it is well, and for its roots', async () => {
    expect(await (await scene.ask('/healthz')).json()).toEqual({ status: 'ok' });
    const roots = await scene.ask('/roots.pem');
    expect(roots.headers.get('content-type')).toBe('application/pem-certificate-chain');
    expect(await roots.text()).toBe(scene.made.rootPem);
    expect(await (await scene.ask('/trust-bundle')).json()).toMatchObject({
      domain: 'contoso.example',
      roots: [{ spkiSha256: scene.made.rootSpkiHash }],
    });
  });

  it('refuses a topology of other administrators than those it was told', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const [alice, bob] = first.administrators.keys;
    const added = { id: 'third-key', algorithm: 'EdDSA' as const, publicKey: spki };
    const other = { ...first, administrators: { required: 2, keys: [alice!, bob!, added] } };
    const response = await scene.publish(signed(other));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ reason: 'wrong-administrators' });
    expect(lastRefusal()).toMatchObject({
      reason: 'wrong-administrators',
      peer: 'administrator alice',
      link: links.administratorToAuthority.name,
      remedy: expect.any(String),
    });
  });

  it('refuses a first topology with one signature of two', async () => {
    expect(await (await scene.publish(signed(first, ['alice']))).json()).toMatchObject({
      reason: 'under-signed',
    });
  });

  it('makes no token for a server that is not in the topology', async () => {
    const body = JSON.stringify({ server: 'fe01.contoso.example' });
    const response = await scene.ask('/join-tokens', scene.alice, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ reason: 'not-in-topology', status: 403 });
  });

  it('puts the first topology into force', async () => {
    const response = await scene.publish(signed(first));
    expect(await response.json()).toMatchObject({ version: 1, effect: 'first', signers: ['alice', 'bob'] });
  });
});

describe('a member', () => {
  it('joins with a token, and gets the names that the topology gives it', async () => {
    fe01 = await scene.join('fe01.contoso.example');
    const { X509Certificate } = await import('node:crypto');
    const names = new X509Certificate(fe01.cert).subjectAltName?.split(', ') ?? [];
    expect(names).toEqual([
      'DNS:fe01.contoso.example',
      'DNS:pool01.contoso.example',
      'DNS:sip.contoso.example',
      'DNS:contoso.example',
      'URI:sip:fe01.contoso.example',
      'URI:sip:pool01.contoso.example',
      'URI:sip:sip.contoso.example',
      'URI:sip:contoso.example',
    ]);
  });

  it('gets the topology as it was signed, also by version', async () => {
    for (const path of ['/topology', '/topology/1']) {
      const response = await scene.ask(path, fe01);
      expect(response.headers.get('content-type')).toBe('application/jose+json');
      expect(await response.text()).toBe(signedText);
    }
    for (const path of ['/topology/2', '/topology/0', '/topology/..%2f..%2fledger']) {
      expect((await scene.ask(path, fe01)).status).toBe(404);
    }
  });
  let signedText = '';
  beforeAll(async () => {
    signedText = await (await scene.ask('/topology/1', scene.alice)).text();
  });

  it('renews with the certificate that it has', async () => {
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const transport = (request: Request) =>
      send(request, scene.server().https.port, scene.made.rootPem, fe01);
    const outcome = await renew({ authority: 'https://ca.contoso.example', key, transport });
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    const next = { cert: outcome.certificate.chainPem, key: key.privateKeyPem };
    expect((await scene.ask('/topology', next)).status).toBe(200);
  });

  for (const path of ['/revoke', '/release', '/join-tokens', '/topology']) {
    it(`is refused at POST ${path}: that is for administrators`, async () => {
      const response = await scene.ask(path, fe01, { method: 'POST', body: '{}' });
      expect(await response.json()).toMatchObject({ status: 403, reason: 'role-not-allowed-on-link' });
      expect(lastRefusal()).toMatchObject({
        reason: 'role-not-allowed-on-link',
        peer: 'fe01.contoso.example',
        link: links.memberToAuthority.name,
        remedy: expect.stringMatching(/./),
      });
    });
  }
});

describe('an unknown peer', () => {
  for (const [method, path] of [
    ['GET', '/topology'],
    ['GET', '/events'],
    ['POST', '/topology'],
    ['POST', '/revoke'],
    ['POST', '/release'],
    ['POST', '/join-tokens'],
  ] as const) {
    it(`without certificate is refused at ${method} ${path}`, async () => {
      const response = await scene.ask(path, undefined, {
        method,
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      expect(response.status).toBe(401);
      expect(lastRefusal()).toMatchObject({
        reason: 'no-certificate',
        peer: 'unknown',
        remedy: expect.any(String),
      });
    });
  }

  it('without certificate and token is refused at /enrol', async () => {
    const headers = { 'content-type': 'application/pkcs10' };
    const response = await scene.ask('/enrol', undefined, { method: 'POST', headers, body: 'x' });
    expect(response.status).toBe(401);
    expect(lastRefusal()).toMatchObject({ reason: 'no-certificate' });
  });

  it('with a certificate of our CA that names no server of the topology is cut off', async () => {
    const unknown = await forged('fe99.contoso.example');
    await expect(scene.ask('/topology', unknown)).rejects.toThrow();
    expect(lastRefusal()).toMatchObject({
      reason: 'not-in-topology',
      peer: 'fe99.contoso.example',
      link: links.memberToAuthority.name,
      remedy: expect.stringMatching(/./),
    });
  });

  it('that shows a self-made certificate with the URI of an administrator is cut off', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    await expect(scene.ask('/topology', { cert: scene.alice.cert, key: pem })).rejects.toThrow();
    const other = await startScene();
    await expect(scene.ask('/topology', other.alice)).rejects.toThrow();
    expect(lastRefusal()).toMatchObject({ reason: 'unknown-issuer', remedy: expect.stringMatching(/./) });
    await other.close();
  });

  /** What somebody with a copy of the issuing key could make. */
  async function forged(fqdn: string): Promise<Credentials> {
    const { createPrivateKey, randomBytes, X509Certificate } = await import('node:crypto');
    const { issuingCertificate, issuingKey } = scene.made.files;
    const certificate = new X509Certificate(await readFile(issuingCertificate)).raw;
    const issuer = await createIssuer(certificate, keySigner(createPrivateKey(await readFile(issuingKey))));
    const anchors = decodePemCertificates(scene.made.rootPem);
    const issuance = createIssuance({
      issuer,
      anchors: anchors.ok ? anchors.value : [],
      throwAway: await throwAwaySigner(issuer.signer.scheme),
      ledger: createMemoryLedger(),
      mayIssue: () => ({ ok: true, names: { commonName: fqdn, dnsNames: [fqdn], uris: [`sip:${fqdn}`] } }),
      clock: Date.now,
      random: randomBytes,
      objectsUrl: 'http://ca.contoso.example',
    });
    const key = await createKeyAndRequest({ subject: fqdn });
    const outcome = await issuance.issue(
      { profile: 'server', subject: fqdn, request: key.request },
      { kind: 'administrator', name: 'nobody' },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    const pem = outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join('');
    return { cert: pem, key: key.privateKeyPem };
  }
});

describe('revoking', () => {
  it('puts a certificate on the list at once, tells listeners, and cuts its connections', async () => {
    const fe02 = await scene.join('fe02.contoso.example');
    const events = await followEvents(scene, fe01);
    const own = await followEvents(scene, fe02);
    for (const event of ['state', 'topology', 'crl']) expect(await events.next()).toMatchObject({ event });
    const body = JSON.stringify({ serial: fe02.serialHex, reason: 'keyCompromise' });
    const response = await scene.ask('/revoke', scene.alice, { method: 'POST', body });
    const answer = (await response.json()) as { serials: string[]; crlNumber: number };
    expect(answer.serials).toEqual([fe02.serialHex]);
    const list = await currentList();
    expect(Number(list.crlNumber)).toBe(answer.crlNumber);
    expect(list.lookup(Buffer.from(fe02.serialHex, 'hex'))?.reason).toBe('keyCompromise');
    const crl = { event: 'crl', data: { issuer: scene.made.issuerId, number: answer.crlNumber } };
    for (const next of [{ event: 'state' }, crl]) expect(await events.next()).toMatchObject(next);
    await own.ended;
    const remedy = expect.stringMatching(/./);
    expect(lastRefusal()).toMatchObject({ reason: 'revoked', peer: 'fe02.contoso.example', remedy });
    await expect(scene.ask('/topology', fe02)).rejects.toThrow();
    events.close();
  });

  it('refuses an order without reason that RFC 5280 names, or for nothing', async () => {
    for (const order of [
      {},
      { serial: 'ab', reason: 'because' },
      { serial: 'ab', server: 'fe01.contoso.example' },
    ]) {
      const response = await scene.ask('/revoke', scene.alice, {
        method: 'POST',
        body: JSON.stringify(order),
      });
      expect(await response.json()).toMatchObject({ reason: 'malformed-request' });
    }
  });
});

describe('a topology without a server', () => {
  it('may be signed by one administrator, revokes the server, and cuts its connections', async () => {
    const events = await followEvents(scene, fe01);
    const second = document([frontEnd('fe02.contoso.example')], first);
    const response = await scene.publish(signed(second, ['bob']));
    expect(await response.json()).toMatchObject({ version: 2, effect: 'narrowing', signers: ['bob'] });
    await events.ended;
    const list = await currentList();
    expect(list.lookup(Buffer.from(fe01.serialHex, 'hex'))?.reason).toBe('cessationOfOperation');
    await expect(scene.ask('/topology', fe01)).rejects.toThrow();
  });

  it('is in force again after a restart, with every revocation', async () => {
    const before = await currentList();
    await scene.restart();
    const after = await currentList();
    expect(Number(after.crlNumber)).toBeGreaterThan(Number(before.crlNumber));
    expect(after.entryCount).toBe(before.entryCount);
    const body = JSON.stringify({ server: 'fe01.contoso.example' });
    const token = await scene.ask('/join-tokens', scene.alice, { method: 'POST', body });
    expect(await token.json()).toMatchObject({ reason: 'not-in-topology' });
    expect((await scene.ask('/topology', scene.alice)).status).toBe(200);
  });

  it('refuses to go back to an older one', async () => {
    expect(await (await scene.publish(signed(first))).json()).toMatchObject({ reason: 'lower-version' });
  });
});
