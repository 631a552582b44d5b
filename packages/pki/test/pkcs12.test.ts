import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AuthorityKeyKind,
  authorityKeyAlgorithms,
  createRootAuthority,
  drawSerialNumber,
} from '@entente/pki';
import { packPkcs12, unpackPkcs12 } from '@entente/pki/pkcs12';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, openssl, opensslTried } from './openssl.ts';

const now = Date.UTC(2026, 0, 15);
const password = 'correct horse & battery';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-pkcs12-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function material(kind: AuthorityKeyKind, commonName = 'fe01.contoso.example') {
  const keys = await webcrypto.subtle.generateKey(authorityKeyAlgorithms[kind], true, ['sign', 'verify']);
  const certificate = await createRootAuthority({
    name: { commonName },
    keys,
    crypto: webcrypto as webcrypto.Crypto,
    serialNumber: drawSerialNumber(randomBytes),
    now,
  });
  const privateKey = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { privateKey, certificate };
}

describe('PKCS#12', () => {
  for (const kind of ['ec-p256', 'ec-p384', 'rsa-3072'] as const) {
    it.skipIf(!hasOpenssl)(`packs an ${kind} key and chain so that openssl reads them back`, async () => {
      const leaf = await material(kind);
      const other = await material('ec-p256', 'Contoso Root CA');
      const file = join(folder, `${kind}.p12`);
      const chain = [leaf.certificate, other.certificate];
      writeFileSync(
        file,
        packPkcs12({ privateKey: leaf.privateKey, chain }, { password, friendlyName: 'Fröntend 1' }),
      );
      const pass = ['-passin', `pass:${password}`];
      const keyPem = openssl('pkcs12', '-in', file, ...pass, '-nocerts', '-nodes');
      const key = createPrivateKey(keyPem.slice(keyPem.indexOf('-----BEGIN')));
      expect(new X509Certificate(leaf.certificate).checkPrivateKey(key)).toBe(true);
      const own = openssl('pkcs12', '-in', file, ...pass, '-nokeys', '-clcerts');
      expect(Buffer.from(new X509Certificate(own).raw)).toEqual(Buffer.from(leaf.certificate));
      const all = openssl('pkcs12', '-in', file, ...pass, '-nokeys');
      expect(all.split('-----BEGIN CERTIFICATE-----')).toHaveLength(3);
      const info = openssl('pkcs12', '-in', file, ...pass, '-info', '-noout', '-nokeys');
      expect(info).not.toContain('BEGIN');
    });

    it(`reads back its own ${kind} file byte for byte`, async () => {
      const { privateKey, certificate } = await material(kind);
      const other = await material('ec-p256');
      const content = { privateKey, chain: [certificate, other.certificate] };
      const opened = unpackPkcs12(packPkcs12(content, { password, iterations: 1000 }), password);
      expect(Buffer.from(opened.privateKey)).toEqual(Buffer.from(privateKey));
      expect(opened.chain.map((der) => Buffer.from(der))).toEqual(
        content.chain.map((der) => Buffer.from(der)),
      );
    });
  }

  it.skipIf(!hasOpenssl)(
    'protects key and certificates with AES-256, PBKDF2 with SHA-256 and a SHA-256 MAC',
    async () => {
      const { privateKey, certificate } = await material('ec-p256');
      const file = join(folder, 'info.p12');
      writeFileSync(file, packPkcs12({ privateKey, chain: [certificate] }, { password }));
      const dump = openssl('asn1parse', '-inform', 'DER', '-in', file);
      expect(dump).toContain('sha256');
      const args = ['pkcs12', '-in', file, '-passin', `pass:${password}`, '-info', '-nodes'];
      const info = opensslTried(...args).output;
      expect(info).toContain('MAC: sha256, Iteration 10000');
      expect(info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/g)).toHaveLength(2);
    },
  );

  it.skipIf(!hasOpenssl)('opens a file that openssl packed', async () => {
    const { privateKey, certificate } = await material('ec-p256');
    const pem = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
    });
    writeFileSync(join(folder, 'k.pem'), pem);
    writeFileSync(join(folder, 'c.pem'), new X509Certificate(certificate).toString());
    const file = join(folder, 'openssl.p12');
    const [key, cert] = [join(folder, 'k.pem'), join(folder, 'c.pem')];
    openssl('pkcs12', '-export', '-inkey', key, '-in', cert, '-out', file, '-passout', `pass:${password}`);
    const opened = unpackPkcs12(readFileSync(file), password);
    expect(Buffer.from(opened.privateKey)).toEqual(Buffer.from(privateKey));
    expect(Buffer.from(opened.chain[0] as Uint8Array)).toEqual(Buffer.from(certificate));
  });

  it('refuses a wrong password', async () => {
    const { privateKey, certificate } = await material('ec-p256');
    const pfx = packPkcs12({ privateKey, chain: [certificate] }, { password, iterations: 1000 });
    expect(() => unpackPkcs12(pfx, 'wrong')).toThrow(
      expect.objectContaining({ code: 'ENTENTE_PKI_PKCS12_UNREADABLE' }),
    );
  });

  it('refuses to pack with an empty password or one beyond ASCII', async () => {
    const { privateKey, certificate } = await material('ec-p256');
    for (const bad of ['', 'pässword']) {
      expect(() => packPkcs12({ privateKey, chain: [certificate] }, { password: bad })).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PKI_BAD_ARGUMENT' }),
      );
    }
  });

  it('refuses octets that are no PKCS#12', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x30, 0x00), new Uint8Array(300).fill(0xa5)]) {
      expect(() => unpackPkcs12(bytes, password)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PKI_PKCS12_UNREADABLE' }),
      );
    }
  });
});
