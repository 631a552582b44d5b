import 'reflect-metadata';
import { createHash, createPrivateKey, webcrypto } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import { connect, openTrust } from '@entente/tls';
import { allowNames, type TrustAnchor } from '@entente/trust';
import { anchorsFrom } from '@entente/trust/node';
import * as x509 from '@peculiar/x509';
import { afterEach, describe, expect, it } from 'vitest';
import { SettableStore } from './fixture.ts';

const host = 'pki.contoso.example';
const name = 'pool.contoso.example';
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that forgets its intermediate, and a place where it can be had. */
async function forgetful() {
  const root = await createTestAuthority('Contoso Root');
  const place = http.createServer((_, response) => response.end(intermediate));
  await new Promise<void>((resolve) => {
    place.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => place.close().closeAllConnections());
  const at = `http://${host}:${(place.address() as AddressInfo).port}/ca.crt`;
  const rootName = new x509.X509Certificate(root.certificatePem).subject;
  const pkcs8 = createPrivateKey(root.keyPem).export({ format: 'der', type: 'pkcs8' });
  const rootKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ecdsa, false, ['sign']);
  const ca = await issue('CN=Contoso Issuing', rootName, rootKey, [
    new x509.BasicConstraintsExtension(true, 0, true),
  ]);
  const intermediate = Buffer.from(ca.certificate.rawData);
  const leaf = await issue('CN=pool', 'CN=Contoso Issuing', ca.keys.privateKey, [
    new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
    new x509.AuthorityInfoAccessExtension({ caIssuers: at }),
  ]);
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leaf.keys.privateKey));
  const server = tls.createServer({
    cert: leaf.certificate.toString('pem'),
    key: createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }),
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => server.close());
  return { root, port: (server.address() as AddressInfo).port };
}

async function issue(
  subject: string,
  issuer: string,
  signingKey: webcrypto.CryptoKey,
  extensions: x509.Extension[],
) {
  const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: createHash('sha256').update(subject).digest('hex').slice(0, 16),
      subject,
      issuer,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: ecdsa,
      extensions,
    },
    webcrypto as never,
  );
  return { certificate, keys };
}

async function dial(issuersFrom: TrustAnchor['issuersFrom']): Promise<string> {
  const { root, port } = await forgetful();
  const revocation = { mode: 'off', signedBy: 'a test that is about something else' } as const;
  const defaults = { revocation, ...(issuersFrom === undefined ? {} : { issuersFrom }) };
  const trust = await openTrust({
    anchors: await anchorsFrom({ pem: root.certificatePem }, defaults),
    fetch: { hosts: [], privateHosts: [host], lookUp: async () => ['127.0.0.1'] },
  });
  closers.push(() => trust[Symbol.asyncDispose]());
  const expectation = { mode: 'host', name } as const;
  const options = {
    host: '127.0.0.1',
    port,
    trust,
    expect: expectation,
    allow: allowNames([name]),
    link: { interface: 'external' },
  };
  try {
    const socket = await connect(options);
    socket.destroy();
    return 'trusted';
  } catch (fault) {
    return (fault as { rejection: { reason: string } }).rejection.reason;
  }
}

describe('a server that forgets its intermediate', () => {
  it('is believed where the anchor lists the host from which it may be fetched', async () => {
    expect(await dial([host])).toBe('trusted');
  });

  it('is refused where it does not', async () => {
    expect(await dial(undefined)).toBe('unknown-issuer');
    expect(await dial(['other.example'])).toBe('unknown-issuer');
  });

  it('can be completed once anchors that come later list a host, where none did at the start', async () => {
    const { certificatePem } = await createTestAuthority('Contoso Root');
    const revocation = { mode: 'off', signedBy: 'a test that is about something else' } as const;
    const without = await anchorsFrom({ pem: certificatePem }, { revocation });
    const listing = await anchorsFrom({ pem: certificatePem }, { revocation, issuersFrom: [host] });
    const anchors = new SettableStore(without.current);
    const trust = await openTrust({ anchors });
    closers.push(() => trust[Symbol.asyncDispose]());
    anchors.set(listing.current);
    expect(trust.completes?.()).toBe(true);
    expect(trust.prepare, 'or nothing would ever be fetched').toBeTypeOf('function');
  });
});
