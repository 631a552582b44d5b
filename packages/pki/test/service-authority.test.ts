import { createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLedger } from '@entente/pki/ledger';
import {
  type AuthorityOptions,
  authorityFiles,
  ledgerFile,
  listsFile,
  openAuthority,
  type ServiceAuthority,
} from '@entente/pki/node';
import { type Certificate, certificateNamesOf, decodeCrl, decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock, revokedIn } from './hand-clock.ts';

const day = 86_400_000;
const domain = 'contoso.example';
const orders = 'orders.contoso.example';
const spiffe = 'spiffe://contoso.example/orders';

let folder: string;
let clock: HandClock;
let open: ServiceAuthority[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-service-'));
  clock = new HandClock();
});
afterEach(async () => {
  for (const authority of open) await authority[Symbol.asyncDispose]();
  open = [];
  await rm(folder, { recursive: true, force: true });
});

const directory = () => join(folder, 'ca');
const inFolder = (name: string) => join(directory(), name);

async function authority(changes: Partial<AuthorityOptions> = {}): Promise<ServiceAuthority> {
  const opened = await openAuthority({ directory: directory(), domain, clock, ...changes });
  open.push(opened);
  return opened;
}

/** Ends the run of the program, and begins the next one. */
async function again(changes: Partial<AuthorityOptions> = {}): Promise<ServiceAuthority> {
  for (const opened of open) await opened[Symbol.asyncDispose]();
  open = [];
  return authority(changes);
}

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
    clock.time += 30 * day;
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
    await open.pop()?.[Symbol.asyncDispose]();
    await rename(inFolder(ledgerFile), join(folder, ledgerFile));
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
    await rename(inFolder(authorityFiles.issuingKey), join(folder, 'issuing.key'));
    await expect(authority()).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    await expect(again()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
    await rename(join(folder, 'issuing.key'), inFolder(authorityFiles.issuingKey));
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
});

describe('the names of an identity', () => {
  const names = async (...given: readonly [string, ...string[]]) =>
    certificateNamesOf((await (await again()).identity(...given)).current.leaf);

  it('are DNS names, localhost, IP addresses of both kinds, and one SPIFFE ID, alone or together', async () => {
    expect(await names(orders, 'localhost', '127.0.0.1', '::1', spiffe)).toEqual({
      commonName: orders,
      dnsNames: [orders, 'localhost'],
      uris: [spiffe],
      ipAddresses: ['127.0.0.1', '0:0:0:0:0:0:0:1'],
    });
    expect(await names('localhost')).toMatchObject({ dnsNames: ['localhost'] });
    expect(await names(spiffe)).toEqual({ commonName: spiffe, dnsNames: [], uris: [spiffe] });
    const alone = await names('fd00::a');
    expect(alone).toEqual({ commonName: '', dnsNames: [], uris: [], ipAddresses: ['fd00:0:0:0:0:0:0:a'] });
  });

  it('find a service under any spelling of an address, and are others where it is issued again with them', async () => {
    const one = await authority();
    const first = await one.identity('::1');
    expect(await one.identity('0:0:0:0:0:0:0:1')).toBe(first);
    const { serialHex } = first.current.leaf;
    await one.reissue('::1', 'localhost');
    expect(first.current.leaf.serialHex).not.toBe(serialHex);
    expect((await one.revoke('[::1]')).serials).toHaveLength(2);
  });

  it('are refused where one is of another form', async () => {
    const one = await authority();
    const forms = [
      '*.contoso.example',
      'Orders.contoso.example',
      'orders',
      'https://orders.contoso.example',
      'spiffe://contoso.example',
      'spiffe://contoso.example:8443/orders',
      'spiffe://contoso.example/../orders',
      'spiffe://contoso.example/orders/',
      '127.1',
      '',
    ];
    for (const name of forms)
      await expect(one.identity(orders, name), name).rejects.toMatchObject({
        code: 'ENTENTE_PKI_BAD_ARGUMENT',
      });
    await expect(one.identity(spiffe, `${spiffe}/2`)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
    });
  });

  it('are refused before anything is signed where the root cannot vouch for one', async () => {
    const one = await authority();
    const beyond = [
      'bank.fabrikam.example',
      'evilcontoso.example',
      'spiffe://fabrikam.example/orders',
      '203.0.113.7',
      '2001:db8::7',
    ];
    for (const name of beyond)
      await expect(one.identity(name), name).rejects.toMatchObject({
        code: 'ENTENTE_PKI_NOT_ISSUED',
        reason: 'name-not-allowed',
      });
    await again();
    expect(await revokedIn(inFolder(listsFile))).toEqual([]);
  });

  it('have the addresses that the authority was created for, and no other', async () => {
    const one = await authority({ addresses: ['203.0.113.0/28'] });
    await one.identity('203.0.113.7');
    const refused = { reason: 'name-not-allowed' };
    await expect(one.identity('203.0.113.16')).rejects.toMatchObject(refused);
    await expect(one.identity('127.0.0.1')).rejects.toMatchObject(refused);
    await rm(directory(), { recursive: true });
    const none = await again({ addresses: [] });
    await expect(none.identity('127.0.0.1')).rejects.toMatchObject(refused);
    await expect(none.identity('::1')).rejects.toMatchObject(refused);
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

  it('refuses to create an authority for what is no range of addresses', async () => {
    for (const range of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', 'all'])
      await expect(authority({ addresses: [range] }), range).rejects.toMatchObject({
        code: 'ENTENTE_PKI_BAD_ARGUMENT',
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

describe('while an authority is open', () => {
  it('identities are renewed with another key, and the lists are published before they end', async () => {
    const one = await authority();
    const identity = await one.identity(orders);
    const { keyPem, leaf } = identity.current;
    const seen: Certificate[] = [];
    identity.onChange((material) => seen.push(material.leaf));
    const trust = one.trust();
    const [before] = trust.crls.current.crls.slice(-1);
    await clock.pass(13 * 3_600_000);
    expect(trust.crls.current.crls.at(-1)?.crlNumber).toBeGreaterThan(before?.crlNumber ?? 0n);
    expect(seen).toEqual([]);
    await clock.pass(4 * day);
    expect(seen).toEqual([identity.current.leaf]);
    expect(identity.current.leaf.notAfter).toBeGreaterThan(leaf.notAfter);
    expect(identity.current.keyPem).not.toBe(keyPem);
    expect(await readFile(identity.files.certificate, 'utf8')).toBe(identity.current.certificatePem);
  });

  it('a service that was revoked is not renewed', async () => {
    const faults: unknown[] = [];
    const one = await authority({ onFault: (fault) => faults.push(fault) });
    const identity = await one.identity(orders);
    const { leaf } = identity.current;
    await one.revoke(orders);
    await clock.pass(5 * day);
    expect(identity.current.leaf).toBe(leaf);
    expect(faults).toEqual([]);
  });

  it('the next issuing authority follows the first one, and what the first has issued counts until it ends', async () => {
    const one = await authority();
    const identity = await one.identity(orders);
    const issuer = () => identity.current.leaf.issuer.toString();
    const first = issuer();
    // Prepared at half of two years, active at two thirds.
    for (let days = 0; days < 500; days += 100) await clock.pass(100 * day);
    await clock.pass(day);
    await clock.pass(8 * day);
    expect(issuer()).not.toBe(first);
    expect(issuer()).toContain('Issuing CA 2');
    const lists = one.trust().crls.current.crls.map((list) => list.issuer.toString());
    expect(lists).toContain(issuer());
    const two = await again();
    expect((await two.identity(orders)).current.leaf.serialHex).toBe(identity.current.leaf.serialHex);
  });

  it('a start with a clock that is ahead destroys no key, and what it has retired counts again once the clock is right', async () => {
    const one = await authority();
    for (let days = 0; days < 500; days += 100) await clock.pass(100 * day);
    await clock.pass(day);
    const key = inFolder(authorityFiles.issuingKey);
    const lists = (from: ServiceAuthority) => from.trust().crls.current.crls.map(({ issuer }) => `${issuer}`);
    const before = lists(one);
    clock.time += 60 * day;
    const ahead = await again();
    expect(existsSync(key)).toBe(true);
    expect(lists(ahead)).not.toEqual(before);
    clock.time -= 60 * day;
    const right = await again();
    expect(existsSync(key)).toBe(true);
    expect(lists(right)).toEqual(before);
  });

  it('what is due of a root whose key is not there is told, and everything else goes on', async () => {
    const faults: unknown[] = [];
    const one = await authority({ onFault: (fault) => faults.push(fault) });
    const identity = await one.identity(orders);
    const { leaf } = identity.current;
    await rename(inFolder(authorityFiles.rootKey), join(folder, 'root.key'));
    await clock.pass(400 * day);
    expect(faults).toMatchObject([{ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' }]);
    expect(identity.current.leaf.serialHex).not.toBe(leaf.serialHex);
    await rename(join(folder, 'root.key'), inFolder(authorityFiles.rootKey));
    await clock.pass(1);
    expect(faults).toHaveLength(1);
  });

  it('a ledger that another process has written to issues nothing', async () => {
    const one = await authority();
    await appendFile(inFolder(ledgerFile), '{}\n');
    await expect(one.identity(orders)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
  });
});
