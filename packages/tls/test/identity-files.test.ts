import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { createTestAuthority, type TestCertificate } from '@entente/testkit';
import { ofAnotherRealm } from '@entente/testkit/realm';
import { loadCredential } from '@entente/tls';
import { decodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const passphrase = 'pässphrase of contoso';
let folder: string;
let first: TestCertificate;
let rootPem: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-files-'));
  const root = await createTestAuthority('Contoso Root');
  rootPem = root.certificatePem;
  first = await (await root.subordinate('Contoso Issuing')).issue({ dnsNames: ['pool.contoso.example'] });
  for (const [name, text] of [
    ['key', first.keyPem],
    ['chain', first.chainPem],
    ['all', first.chainPem + rootPem],
    ['root', rootPem],
  ] as const)
    writeFileSync(join(folder, `${name}.pem`), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const openssl = (...args: readonly string[]): void =>
  void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

function pkcs12(args: readonly string[], with_ = passphrase, chain = 'all'): string {
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    'key.pem',
    '-in',
    `${chain}.pem`,
    '-out',
    'x.p12',
    '-passout',
    `pass:${with_}`,
    ...args,
  );
  return join(folder, 'x.p12');
}

/** The chain without what stands between the blocks, and the public half of the key. */
const content = ({
  certificatePem,
  keyPem,
}: {
  readonly certificatePem: string;
  readonly keyPem: string;
}) => {
  const blocks = decodePem(certificatePem);
  return {
    chain: blocks.ok ? blocks.value.map(({ der }) => Buffer.from(der).toString('hex')) : blocks.error,
    key: createPublicKey(createPrivateKey(keyPem)).export({ format: 'pem', type: 'spki' }),
  };
};
const expected = () => content({ certificatePem: first.chainPem, keyPem: first.keyPem });

it('files with a byte order mark of UTF-8 are read, and OpenSSL takes what is in them', async () => {
  const files = { certificate: join(folder, 'marked.crt'), key: join(folder, 'marked.key') };
  writeFileSync(files.certificate, `\ufeff${first.chainPem}`);
  writeFileSync(files.key, `\ufeff${first.keyPem}`);
  const { certificatePem, keyPem } = (await loadCredential(files)).current;
  expect(() => createSecureContext({ cert: certificatePem, key: keyPem })).not.toThrow();
});

describe('an identity in a PKCS#12 file', () => {
  it.each<[string, readonly string[]]>([
    ['as OpenSSL 3 writes it', []],
    [
      'with AES of 128 bits and SHA-512',
      ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'sha512'],
    ],
    [
      'with 3DES and SHA-1, of older programs',
      ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
    ],
    ['whose contents are not encrypted', ['-certpbe', 'NONE', '-keypbe', 'NONE']],
    ['with one round and a friendly name', ['-iter', '1', '-maciter', '-name', 'pool']],
  ])('is read %s: the leaf first, and no root', async (_, args) => {
    const identity = await loadCredential({ pkcs12: pkcs12(args), passphrase });
    expect(content(identity.current)).toEqual(expected());
    expect(identity.current.leaf.serialHex).toBe(first.serialHex);
  });

  it('is read from bytes, and with an empty passphrase', async () => {
    const bytes = readFileSync(pkcs12([], ''));
    expect(content((await loadCredential({ pkcs12: bytes })).current)).toEqual(expected());
    const elsewhere = ofAnotherRealm(bytes);
    expect(content((await loadCredential({ pkcs12: elsewhere })).current)).toEqual(expected());
  });

  it.each<[string, string, () => { pkcs12: string | Uint8Array; passphrase?: string }, string]>([
    [
      'with another passphrase',
      'ENTENTE_KEY_UNREADABLE',
      () => ({ pkcs12: pkcs12([]), passphrase: 'other' }),
      'a MAC of another passphrase',
    ],
    [
      'without its passphrase',
      'ENTENTE_KEY_UNREADABLE',
      () => ({ pkcs12: pkcs12([]) }),
      'a MAC of another passphrase',
    ],
    [
      'without a MAC',
      'ENTENTE_KEY_UNREADABLE',
      () => ({ pkcs12: pkcs12(['-nomac']), passphrase }),
      'a file without a MAC',
    ],
    [
      'with RC2',
      'ENTENTE_KEY_UNREADABLE',
      () => ({ pkcs12: pkcs12(['-legacy', '-certpbe', 'PBE-SHA1-RC2-40']), passphrase }),
      'RC2 with a key of 40 bits',
    ],
    ['that is PEM', 'ENTENTE_KEY_UNREADABLE', () => ({ pkcs12: join(folder, 'all.pem') }), 'found'],
    ['that is missing', 'ENTENTE_FILE_UNREADABLE', () => ({ pkcs12: join(folder, 'absent.p12') }), 'ENOENT'],
    [
      'that has no certificate for its key',
      'ENTENTE_KEY_MISMATCH',
      () => {
        openssl('pkcs12', '-export', '-nokeys', '-in', 'all.pem', '-out', 'y.p12', '-passout', 'pass:');
        return { pkcs12: join(folder, 'y.p12') };
      },
      '0 keys and 3 certificates',
    ],
  ])('is refused %s', async (_, code, source, found) => {
    await expect(loadCredential(source())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(found),
    });
  });

  it('is refused where a byte of its contents was changed', async () => {
    const bytes = readFileSync(pkcs12([]));
    for (const at of [40, bytes.length >> 1, bytes.length - 20]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      await expect(loadCredential({ pkcs12: changed, passphrase })).rejects.toMatchObject({
        code: 'ENTENTE_KEY_UNREADABLE',
      });
    }
  });

  it('is told from PEM, which has options of its own', async () => {
    const pkcs12 = join(folder, 'chain.pem');
    for (const given of [pkcs12, readFileSync(pkcs12)])
      await expect(loadCredential({ pkcs12: given })).rejects.toMatchObject({
        sentence: 'expected a PKCS#12 file in DER, found PEM',
        remedy: 'give PEM as the options certificate and key in place of pkcs12',
      });
  });

  it('stands alone: a certificate beside it is refused', async () => {
    const both = { pkcs12: pkcs12([]), passphrase, key: first.keyPem } as never;
    await expect(loadCredential(both)).rejects.toMatchObject({ code: 'ENTENTE_OPTION_INVALID' });
  });
});

describe('an encrypted key in PEM', () => {
  it.each<[string, readonly string[]]>([
    ['PKCS#8', ['pkcs8', '-topk8', '-in', 'key.pem']],
    ['the form of older programs', ['ec', '-aes256', '-in', 'key.pem']],
  ])('is read with its passphrase, as %s', async (_, args) => {
    openssl(...args, '-passout', `pass:${passphrase}`, '-out', 'encrypted.pem');
    const source = { certificate: first.chainPem, key: join(folder, 'encrypted.pem') };
    const identity = await loadCredential({ ...source, passphrase });
    expect(content(identity.current)).toEqual(expected());
    expect(identity.current.keyPem).not.toContain('ENCRYPTED');
    for (const [other, found] of [
      [undefined, 'none'],
      ['other', 'another one'],
    ] as const) {
      await expect(
        loadCredential({ ...source, ...(other === undefined ? {} : { passphrase: other }) }),
      ).rejects.toMatchObject({
        code: 'ENTENTE_KEY_UNREADABLE',
        message: `expected the passphrase of an encrypted private key, found ${found}`,
      });
    }
  });
});

describe('an identity in two files of PEM', () => {
  it('is refused with how a certificate in DER gets PEM', async () => {
    const [certificate, key] = [join(folder, 'leaf.der'), join(folder, 'key.pem')];
    writeFileSync(certificate, new X509Certificate(readFileSync(join(folder, 'chain.pem'))).raw);
    await expect(loadCredential({ certificate, key })).rejects.toMatchObject({
      code: 'ENTENTE_CERTIFICATE_UNREADABLE',
      sentence: 'expected PEM certificates, leaf first, found no PEM',
      place: certificate,
      remedy: expect.stringContaining('`openssl x509 -inform der`'),
    });
  });

  it('is refused with what was found, where they are exchanged or one is the other', async () => {
    const [certificate, key] = [join(folder, 'chain.pem'), join(folder, 'key.pem')];
    await expect(loadCredential({ certificate: key, key: certificate })).rejects.toMatchObject({
      code: 'ENTENTE_CERTIFICATE_UNREADABLE',
      sentence: 'expected PEM certificates, leaf first, found PRIVATE KEY',
      place: key,
    });
    await expect(loadCredential({ certificate, key: certificate })).rejects.toMatchObject({
      code: 'ENTENTE_KEY_UNREADABLE',
      sentence: 'expected a private key in PEM, found CERTIFICATE',
      place: certificate,
    });
  });
});
