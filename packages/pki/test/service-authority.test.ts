import { createPrivateKey } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMemoryLedger } from '@entente/pki/ledger';
import { type AuthorityOptions, authorityFiles, ledgerFile, listsFile } from '@entente/pki/node';
import { certificateNamesOf, decodeCrl, decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { revokedIn } from './hand-clock.ts';
import { serviceRuns } from './service-runs.ts';

const day = 86_400_000;
const orders = 'orders.contoso.example';
const { again, authority, clock, directory, end, folder, inFolder } = serviceRuns();

describe('an authority for services', () => {
  it('is created once, and gives the same identity in the next run', async () => {
    const first = await authority();
    const { current, files } = await first.identity(orders);
    const second = await again();
    expect(second.root.der).toEqual(first.root.der);
    const same = await second.identity(orders);
    expect(same.current.keyPem).toBe(current.keyPem);
    expect(same.current.certificatePem).toBe(current.certificatePem);
    expect(await readFile(files.certificate, 'utf8')).toBe(current.certificatePem);
    expect(await second.identity(orders)).toBe(same);
    expect((await stat(files.key)).mode & 0o777).toBe(0o600);
  });

  it('keeps a revocation over the next run, in the file and for who asks again, until it is told to issue another', async () => {
    const first = await authority();
    const { current } = await first.identity(orders);
    const serial = current.leaf.serialHex;
    expect(await first.revoke(orders, 'keyCompromise')).toMatchObject({ serials: [serial] });
    expect(await revokedIn(inFolder(listsFile))).toEqual([serial]);
    const second = await again();
    expect(await revokedIn(inFolder(listsFile))).toEqual([serial]);
    const refused = { code: 'ENTENTE_PKI_NOT_ISSUED', reason: 'subject-revoked' };
    await expect(second.identity(orders)).rejects.toMatchObject(refused);
    clock().time += 30 * day;
    const third = await again();
    await expect(third.identity(orders)).rejects.toMatchObject(refused);
    const next = await third.reissue(orders);
    expect(next.current.leaf.serialHex).not.toBe(serial);
    expect(await third.identity(orders)).toBe(next);
  });

  it('keeps a revocation for whatever reason: superseded too takes the certificate away until it is told', async () => {
    const one = await authority();
    await one.identity(orders);
    await one.revoke(orders, 'superseded');
    const refused = { code: 'ENTENTE_PKI_NOT_ISSUED', reason: 'subject-revoked' };
    await expect(one.identity(orders)).rejects.toMatchObject(refused);
    await expect((await again()).identity(orders)).rejects.toMatchObject(refused);
  });

  it('refuses to revoke a name that has no certificate', async () => {
    const one = await authority();
    await expect(one.revoke('billing.contoso.example')).rejects.toMatchObject({
      code: 'ENTENTE_PKI_NOT_ISSUED',
      reason: 'certificate-unknown',
    });
  });

  it('issues again for what is on disk and not its own: another key, a certificate that it does not know', async () => {
    const one = await authority();
    const { current, files } = await one.identity(orders);
    const other = await one.identity('billing.contoso.example');
    const two = await again();
    await writeFile(files.key, await readFile(other.files.key));
    const renewed = await two.identity(orders);
    expect(renewed.current.leaf.serialHex).not.toBe(current.leaf.serialHex);
    await writeFile(files.certificate, await readFile(other.files.certificate));
    await writeFile(files.key, await readFile(other.files.key));
    expect(certificateNamesOf((await two.identity(orders)).current.leaf).dnsNames).toEqual([orders]);
  });

  it('is open in one process at a time, and not without its ledger', async () => {
    await authority();
    await expect(authority()).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    await end();
    await rename(inFolder(ledgerFile), join(folder(), ledgerFile));
    const lost = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place: inFolder(ledgerFile) };
    await expect(authority()).rejects.toMatchObject(lost);
    await writeFile(inFolder(ledgerFile), '');
    await expect(authority(), 'an empty one').rejects.toMatchObject(lost);
    await rm(inFolder(ledgerFile));
    // Who brings a ledger of their own knows what is in it.
    await authority({ openLedger: async () => createMemoryLedger() });
  });

  it('reads its files under the lock of its ledger, and gives that back where they are not in order', async () => {
    await authority();
    await rename(inFolder(authorityFiles.issuingKey), join(folder(), 'issuing.key'));
    await expect(authority()).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    await expect(again()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
    await rename(join(folder(), 'issuing.key'), inFolder(authorityFiles.issuingKey));
    await authority();
  });

  it('has its folder to itself, also one that was there, and does not open one to which others may write', async () => {
    await mkdir(directory());
    await chmod(directory(), 0o777);
    await authority();
    expect((await stat(directory())).mode & 0o777).toBe(0o700);
    for (const mode of [0o720, 0o702, 0o775]) {
      await chmod(directory(), mode);
      await expect(again(), mode.toString(8)).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
    }
    await chmod(directory(), 0o755);
    await again();
  });

  it('refuses the folder of another domain, another address of its lists, and an option that it does not know', async () => {
    await authority();
    const bad = { code: 'ENTENTE_PKI_BAD_ARGUMENT' };
    await expect(again({ domain: 'fabrikam.example' })).rejects.toMatchObject(bad);
    await expect(again({ objectsUrl: 'http://pki.contoso.example' })).rejects.toMatchObject(bad);
    await again({ objectsUrl: 'http://ca.contoso.example' });
    await expect(authority({ passPhrase: 'misspelt' } as object)).rejects.toMatchObject(bad);
  });

  it('serves its lists, its certificates and its root', async () => {
    const one = await authority();
    const { leaf } = (await one.identity(orders)).current;
    const [point] = leaf.crlDistributionPoints ?? [];
    const name = point?.name?.type === 'full' ? point.name.names[0] : undefined;
    const url = name?.type === 'uri' ? name.value : '';
    const list = await one.handler(new Request(url));
    expect(decodeCrl(new Uint8Array(await list.arrayBuffer())).ok).toBe(true);
    const roots = await one.handler(new Request('http://ca.contoso.example/roots.pem'));
    const decoded = decodePemCertificates(await roots.text());
    expect(decoded.ok && decoded.value[0]?.der).toEqual(one.root.der);
  });

  it.each([
    ['clock', 'a function', () => Date.now()],
    ['clock', 'an object without timers', { now: Date.now }],
    ['clock', 'null', null],
    ['isClockRight', 'a text', 'false'],
    ['openLedger', 'a path', 'ledger.jsonl'],
    ['onFault', 'an object', console],
  ])('refuses %s where it is %s, and says what it expects', async (name, _kind, given) => {
    await expect(authority({ [name]: given } as never)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
      place: `option ${name} of openAuthority`,
    });
  });
});

describe('keys at rest', () => {
  const passphrase = 'correct horse';
  const wrong = { code: 'ENTENTE_PKI_PASSPHRASE' };

  it('are encrypted where there is a passphrase: root, issuing authority and services', async () => {
    const one = await authority({ passphrase });
    const { current, files } = await one.identity(orders);
    for (const path of [inFolder(authorityFiles.rootKey), inFolder(authorityFiles.issuingKey), files.key]) {
      const pem = await readFile(path, 'utf8');
      expect(pem, path).toContain('BEGIN ENCRYPTED PRIVATE KEY');
      expect((await stat(path)).mode & 0o777, path).toBe(0o600);
      expect(() => createPrivateKey(pem)).toThrow();
      expect(createPrivateKey({ key: pem, passphrase }).type).toBe('private');
      // PBKDF2 with 600,000 rounds, as it is written in DER.
      expect(Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64').includes('02030927c0', 'hex')).toBe(
        true,
      );
    }
    const two = await again({ passphrase });
    expect((await two.identity(orders)).current.keyPem).toBe(current.keyPem);
  });

  it('open with no other passphrase, and not without one', async () => {
    await authority({ passphrase });
    await expect(again({ passphrase: 'another' })).rejects.toMatchObject(wrong);
    await expect(again()).rejects.toMatchObject(wrong);
    await again({ passphrase });
  });

  it('are not created with a passphrase that is empty or was not set', async () => {
    await expect(authority({ passphrase: '' })).rejects.toMatchObject(wrong);
    const unset = { passphrase: undefined } as unknown as Partial<AuthorityOptions>;
    await expect(authority(unset)).rejects.toMatchObject(wrong);
  });

  it('that are in the clear are not taken for encrypted ones', async () => {
    await authority();
    await expect(again({ passphrase })).rejects.toMatchObject(wrong);
  });
});
