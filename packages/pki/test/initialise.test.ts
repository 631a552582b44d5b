import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { administratorOf } from '@entente/pki';
import { type InitialisedAuthority, initialiseAuthority, openAuthorityFolder } from '@entente/pki/node';
import { decodePemCertificates } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLedgers } from './memory-ledgers.ts';
import { hasOpenssl, openssl } from './openssl.ts';

let folder: string;
let directory: string;
let made: InitialisedAuthority;
// The real time: openssl verifies against its own clock.
const openLedger = memoryLedgers();
const options = (target: string) => ({
  directory: target,
  domain: 'contoso.example',
  fqdn: 'ca.contoso.example',
  objectsUrl: 'http://ca.contoso.example',
  now: Date.now(),
  openLedger,
  administrators: ['alice'],
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-authority-'));
  directory = join(folder, 'authority');
  made = await initialiseAuthority(options(directory));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the ceremony of a domain', () => {
  it('writes keys that only their owner can read', async () => {
    const keys = [made.files.rootKey, made.files.issuingKey, made.files.serverKey];
    for (const path of [...keys, made.administrators[0]?.key as string]) {
      expect((await stat(path)).mode & 0o777, path).toBe(0o600);
    }
  });

  for (const [purpose, file] of [
    ['sslserver', 'tls.crt'],
    ['sslclient', 'tls.crt'],
    ['sslclient', 'administrators/alice.crt'],
  ] as const) {
    it.skipIf(!hasOpenssl)(`makes ${file} so that openssl accepts it strictly as ${purpose}`, () => {
      const chain = ['-CAfile', made.files.rootCertificate, '-untrusted', made.files.issuingCertificate];
      const verified = openssl(
        'verify',
        '-x509_strict',
        '-purpose',
        purpose,
        ...chain,
        join(directory, file),
      );
      expect(verified).toContain(': OK');
    });
  }

  it.skipIf(!hasOpenssl)(
    "makes a root's list with which openssl checks the issuing authority for revocation",
    async () => {
      const crl = ['-crl_check', '-CRLfile', made.files.rootCrl, '-CAfile', made.files.rootCertificate];
      expect(openssl('verify', '-x509_strict', ...crl, made.files.issuingCertificate)).toContain(': OK');
    },
  );

  it('names an administrator by a URI of this network that no other network accepts', async () => {
    const pem = await readFile(made.administrators[0]?.certificate as string);
    const decoded = decodePemCertificates(pem);
    const names = decoded.ok ? (decoded.value[0]?.subjectAltName ?? []) : [];
    const uris = names.flatMap((name) => (name.type === 'uri' ? [name.value] : []));
    expect(administratorOf('contoso.example', uris)).toBe('alice');
    expect(administratorOf('fabrikam.example', uris)).toBeUndefined();
  });

  it('refuses to replace an authority', async () => {
    await expect(initialiseAuthority(options(directory))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_EXISTS',
      remedy: expect.any(String),
    });
  });

  it('refuses a name of an administrator that is none', async () => {
    const target = join(folder, 'other');
    await expect(
      initialiseAuthority({ ...options(target), administrators: ['../alice'] }),
    ).rejects.toMatchObject({ code: 'ENTENTE_PKI_BAD_ARGUMENT' });
  });
});

describe('opening an authority', () => {
  it('finds what the ceremony issued in the ledger', async () => {
    const authority = await openAuthorityFolder(directory, openLedger);
    const subjects = await authority.ledger.subjects('administrator', Date.now());
    expect(subjects).toEqual(['alice']);
    expect(authority.issuer.id).toBe(made.issuerId);
    await authority[Symbol.asyncDispose]();
  });

  it('refuses the key of another authority', async () => {
    const other = await initialiseAuthority(options(join(folder, 'second')));
    const own = await readFile(made.files.issuingKey);
    await writeFile(made.files.issuingKey, await readFile(other.files.issuingKey));
    await expect(openAuthorityFolder(directory, openLedger)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_KEY_MISMATCH',
    });
    await writeFile(made.files.issuingKey, own);
  });

  it('names the file that is missing', async () => {
    const path = made.files.issuingCertificate;
    await rename(path, `${path}.away`);
    await expect(openAuthorityFolder(directory, openLedger)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      place: path,
      remedy: expect.stringMatching(/restore the last backup.*Only where there has never been .* ca init/),
    });
    await rename(`${path}.away`, path);
    const key = made.files.issuingKey;
    await rename(key, `${key}.away`);
    await expect(openAuthorityFolder(directory, openLedger)).rejects.toMatchObject({
      place: key,
      remedy: expect.stringMatching(/restore the last backup.*Only where there has never been .* ca init/),
    });
    await rename(`${key}.away`, key);
  });
});
