import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
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

  it.each([
    ['the key of the root', 'root_ca.key', ['root_ca.key']],
    ['the key of the issuing authority', 'intermediate_ca.key', ['intermediate_ca.key']],
    ['all but that', 'root_ca.key', undefined],
  ])('overwrites no authority whose certificate of the root is gone: %s is there', async (_, found, kept) => {
    const target = join(folder, `lost-${kept?.[0] ?? 'all'}`);
    await initialiseAuthority(options(target));
    await rm(join(target, 'root_ca.crt'));
    for (const name of kept === undefined ? [] : await readdir(target))
      if (!kept?.includes(name)) await rm(join(target, name), { recursive: true });
    const before = await readFile(join(target, found));
    await expect(
      initialiseAuthority({ ...options(target), openLedger: memoryLedgers() }),
    ).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      message: expect.stringContaining(found),
      remedy: expect.stringContaining('bring root_ca.crt back'),
    });
    expect(await readFile(join(target, found))).toEqual(before);
  });

  it('begins nothing beside a ledger that has been used', async () => {
    const target = join(folder, 'used-ledger');
    await initialiseAuthority(options(target));
    await rm(target, { recursive: true });
    for (const _ of ['the first time', 'the second'])
      await expect(initialiseAuthority(options(target))).rejects.toMatchObject({
        code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      });
  });

  it('goes on where a creation came to no end, and lets no later one take the whole for that', async () => {
    const target = join(folder, 'unfinished');
    await mkdir(join(target, 'root_ca.crl'), { recursive: true });
    const fresh = { ...options(target), openLedger: memoryLedgers() };
    await expect(initialiseAuthority(fresh)).rejects.toThrow();
    expect(await readdir(target)).toContain('root_ca.key');
    await rm(join(target, 'root_ca.crl'), { recursive: true });
    await initialiseAuthority(fresh);
    // As a crash right before its end leaves it.
    await writeFile(join(target, 'creation.unfinished'), '');
    await (await openAuthorityFolder(target, fresh.openLedger))[Symbol.asyncDispose]();
    await rm(join(target, 'root_ca.crt'));
    await expect(initialiseAuthority(fresh)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
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

  it('refuses a backup: what was revoked since would be valid, and numbers of lists would be given twice', async () => {
    const place = join(directory, 'manifest.json');
    await writeFile(place, '{}');
    await expect(openAuthorityFolder(directory, openLedger)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      place,
      remedy: expect.stringContaining(`entente ca restore ${directory}`),
    });
    await rm(place);
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
