import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrl, createIssuer, profiles, type RevocationReason } from '@entente/pki';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import {
  authorityFolder,
  type InitialisedAuthority,
  IssuerStore,
  importLists,
  initialiseAuthority,
  keySigner,
} from '@entente/pki/node';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { now, testAuthority } from './authority.ts';
import { memoryLedgers } from './memory-ledgers.ts';

let folder: string;
let directory: string;
let made: InitialisedAuthority;
let store: IssuerStore;
let ledger: Ledger;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-import-'));
  directory = join(folder, 'ca');
  made = await initialiseAuthority({
    directory,
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl: 'http://ca.contoso.example',
    now,
    openLedger: memoryLedgers(),
  });
  store = await IssuerStore.open(authorityFolder(directory));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  ledger = createMemoryLedger();
});

async function listOf(
  number: number,
  entries: readonly (readonly [serialHex: string, reason: RevocationReason])[],
  issuer = store.active.issuer,
) {
  const revoked = entries.map(([serialHex, reason]) => ({
    serialHex,
    notAfter: now,
    revocation: { at: now - 60_000, reason },
  }));
  const content = { number, thisUpdate: now, nextUpdate: now + 86_400_000, revoked };
  return Buffer.from(encodePem('X509 CRL', await createCrl(issuer, content)));
}

describe('lists that members have', () => {
  it('tell what was revoked since the backup, of certificates that it has and of others, and the number', async () => {
    const issuer = made.issuerId;
    const entry = {
      issuer,
      serialHex: '01',
      profile: 'server' as const,
      subject: 'fe1.contoso.example',
      names: { commonName: 'fe1.contoso.example', dnsNames: [], uris: [] },
      notBefore: now,
      notAfter: now + 86_400_000,
      issuedAt: now,
      requester: 'join-token:1',
      keyHash: '0a',
      certificate: new Uint8Array([0x30]),
    };
    await ledger.append(entry);
    await ledger.append({ ...entry, serialHex: '02', keyHash: '0b' });
    await ledger.revoke(issuer, '02', { at: now - 90_000, reason: 'superseded' });
    const content = await listOf(57, [
      ['01', 'keyCompromise'],
      ['02', 'superseded'],
      ['7f', 'certificateHold'],
    ]);
    const imported = await importLists(directory, ledger, [{ place: 'revocation.crl', content }]);
    const at = now - 60_000;
    expect(imported).toEqual({
      issuers: [issuer],
      lists: [{ issuer, number: 57, newer: true, last: false, nextUpdate: now + 86_400_000 }],
      revoked: [
        { serialHex: '01', at, reason: 'keyCompromise', subject: 'fe1.contoso.example' },
        { serialHex: '7f', at, reason: 'certificateHold' },
      ],
      unknown: [],
    });
    expect(await ledger.blockedKey('0a')).toEqual({ at, reason: 'keyCompromise' });
    const [last] = (await ledger.revoked(issuer, 0)).slice(-1);
    expect(last).toMatchObject({ serialHex: '7f', notAfter: at + profiles.administrator.lifetimeMs });
    expect(await ledger.nextCrlNumber(issuer)).toBeGreaterThan(57);
  });

  it('put nothing on hold again that was released before the backup, or in a newer list', async () => {
    const issuer = made.issuerId;
    await ledger.nextCrlNumber(issuer, 19);
    const give = async (...contents: readonly Buffer[]) =>
      importLists(
        directory,
        ledger,
        contents.map((content) => ({ place: 'revocation.crl', content })),
      );
    const old = await listOf(20, [
      ['01', 'certificateHold'],
      ['02', 'superseded'],
    ]);
    const given = await give(old);
    expect(given.lists).toEqual([
      { issuer, number: 20, newer: false, last: true, nextUpdate: now + 86_400_000 },
    ]);
    // A revocation is final: an older list says the truth of it all the same.
    expect(given.revoked.map(({ serialHex }) => serialHex)).toEqual(['02']);
    const held = await listOf(31, [['03', 'certificateHold']]);
    const newest = await listOf(32, [['04', 'certificateHold']]);
    expect((await give(newest, held)).revoked.map(({ serialHex }) => serialHex)).toEqual(['04']);
  });

  it('count only where the key of this authority has signed them', async () => {
    const other = await testAuthority();
    const foreign = await listOf(99, [['01', 'keyCompromise']], other.issuer);
    const refused = importLists(directory, ledger, [{ place: 'x.crl', content: foreign }]);
    await expect(refused).rejects.toMatchObject({ code: 'ENTENTE_PKI_BAD_ARGUMENT', place: 'x.crl' });
    const mixed = Buffer.concat([foreign, await listOf(3, [])]);
    const { lists, revoked, unknown } = await importLists(directory, ledger, [
      { place: 'y.crl', content: mixed },
    ]);
    expect({ lists: lists.length, revoked, unknown: unknown.length }).toEqual({
      lists: 1,
      revoked: [],
      unknown: 1,
    });
    const none = importLists(directory, ledger, [{ place: 'z.crl', content: Buffer.from('no list') }]);
    await expect(none).rejects.toMatchObject({ code: 'ENTENTE_PKI_BAD_ARGUMENT', place: 'z.crl' });
  });

  it('put a newer list of the root in the place of the one in the backup, and no older one', async () => {
    const key = createPrivateKey(await readFile(made.files.rootKey));
    const root = await createIssuer(store.root.der, keySigner(key));
    const path = join(directory, 'root_ca.crl');
    const before = await readFile(path, 'utf8');
    const give = async (number: number) =>
      importLists(directory, ledger, [{ place: 'r.crl', content: await listOf(number, [], root) }]);
    await give(1);
    expect(await readFile(path, 'utf8')).toBe(before);
    await give(5);
    expect((await IssuerStore.open(authorityFolder(directory))).rootCrl.number).toBe(5);
    await give(4);
    expect((await IssuerStore.open(authorityFolder(directory))).rootCrl.number).toBe(5);
  });
});
