import { randomBytes } from 'node:crypto';
import { createIssuance, spkiHash } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import { createTestLog } from '@entente/testkit';
import { buildTopology, type Topology } from '@entente/topology';
import { type Certificate, type CertificateNames, decodeCertificate } from '@entente/x509';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../src/caller.ts';
import { IssuedSinceBackup, patienceMs } from '../src/restored/issued-since-backup.ts';
import { contoso, next } from './contoso.ts';
import { foreignRevocations } from './foreign-revocations.ts';
import { type RestoredAuthority, restoredAt, restoredAuthority, takenAt } from './restored-authority.ts';

const day = 86_400_000;
const fqdn = 'fe01.contoso.example';
let restored: RestoredAuthority;
beforeAll(async () => {
  restored = await restoredAuthority();
});
afterAll(() => restored[Symbol.asyncDispose]());

/** A certificate that the authority has issued, and that the ledger of the backup does not have. */
async function issued(names: CertificateNames, at: number, profile: 'server' | 'administrator' = 'server') {
  const issuance = createIssuance({
    issuer: restored.issuer,
    anchors: restored.anchors,
    throwAway: restored.throwAway,
    ledger: createMemoryLedger(),
    mayIssue: () => ({ ok: true, names }),
    clock: () => at,
    random: randomBytes,
    objectsUrl: 'http://ca.contoso.example',
  });
  const { request } = await createKeyAndRequest({ subject: names.commonName });
  const outcome = await issuance.issue(
    { profile, subject: names.commonName, request },
    { kind: 'server', server: fqdn, serialHex: '01' },
  );
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  const decoded = decodeCertificate(outcome.certificate.der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

const dnsNames = [fqdn, 'pool01.contoso.example', 'sip.contoso.example', 'contoso.example'];
const given: CertificateNames = { commonName: fqdn, dnsNames, uris: dnsNames.map((name) => `sip:${name}`) };
const named = (name: string): CertificateNames => ({
  commonName: name,
  dnsNames: [],
  uris: [`entente://contoso.example/administrators/${name}`],
});
const server = (serialHex: string): Caller => ({ kind: 'server', server: fqdn, serialHex, names: dnsNames });
const administrator = (name: string): Caller => ({ kind: 'administrator', name, serialHex: '01' });

describe('a certificate that the ledger of a restored authority does not have', () => {
  let ledger: Ledger;
  let time: number;
  let broughtBackAt: number;
  let topology: Topology;
  let published: number;
  let audited: object[];
  let isFull: Error | undefined;
  let since: IssuedSinceBackup;
  beforeEach(() => {
    ledger = createMemoryLedger();
    time = restoredAt;
    broughtBackAt = restoredAt;
    topology = buildTopology(contoso);
    published = 0;
    audited = [];
    isFull = undefined;
    since = new IssuedSinceBackup({
      settings: { domain: 'contoso.example' },
      takenAt,
      get restoredAt() {
        return broughtBackAt;
      },
      topology: () => topology,
      live: () => [restored.issuer],
      ledger,
      revocation: foreignRevocations({
        issuer: restored.issuer,
        ledger,
        now: () => time,
        publish: async () => ++published,
      }),
      audit: {
        record: async (entry) => (isFull === undefined ? void audited.push(entry) : Promise.reject(isFull)),
      },
      now: () => time,
      log: createTestLog(),
    });
  });
  const look = (leaf: Certificate, caller: Caller = server(leaf.serialHex)) =>
    since.look(caller, { certificates: [leaf, restored.issuer.certificate] });

  it('is adopted where a server of the topology presents it with the names that the topology gives', async () => {
    const leaf = await issued(given, takenAt + 60_000);
    expect(await Promise.all([look(leaf), look(leaf)])).toEqual([undefined, undefined]);
    expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toMatchObject({
      profile: 'server',
      subject: fqdn,
      names: given,
      keyHash: spkiHash(leaf.publicKey.der),
      notAfter: leaf.notAfter,
    });
    expect(audited).toMatchObject([{ action: 'certificate-adopted', subject: fqdn }]);
  });

  it('is neither adopted nor revoked before the trail has it', async () => {
    const [good, old] = [await issued(given, takenAt + 60_000), await issued(given, takenAt - 2 * day)];
    isFull = new Error('no space left');
    for (const leaf of [good, old]) {
      await expect(look(leaf)).rejects.toBe(isFull);
      expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toBeUndefined();
    }
    expect(await ledger.revoked(restored.issuer.id, 0)).toEqual([]);
    isFull = undefined;
    expect(await look(good)).toBeUndefined();
    expect(await look(old)).toMatchObject({ reason: 'requester-revoked' });
    expect(await look(old)).toMatchObject({ reason: 'requester-revoked' });
    expect(audited).toMatchObject([
      { action: 'certificate-adopted', details: { serial: good.serialHex } },
      { action: 'revocation-ordered', details: { serial: old.serialHex } },
      { action: 'certificate-revoked', details: { serial: old.serialHex } },
    ]);
  });

  it('is adopted where an administrator presents it whom the topology names', async () => {
    const leaf = await issued(named('alice'), takenAt + 60_000, 'administrator');
    expect(await look(leaf, administrator('alice'))).toBeUndefined();
    const found = await ledger.find(restored.issuer.id, leaf.serialHex);
    expect(found).toMatchObject({ profile: 'administrator', subject: 'alice' });
  });

  it('is revoked by its serial number after an hour, where its names are not those of the topology', async () => {
    const more = [...dnsNames, 'other.contoso.example'];
    const names = { ...given, dnsNames: more, uris: more.map((name) => `sip:${name}`) };
    const leaf = await issued(names, takenAt + 60_000);
    expect(await look(leaf)).toBeUndefined();
    time += patienceMs - 1;
    expect(await look(leaf)).toBeUndefined();
    expect(published).toBe(0);
    time += 1;
    expect(await look(leaf)).toMatchObject({ reason: 'requester-revoked' });
    const revoked = await ledger.revoked(restored.issuer.id, 0);
    expect(revoked).toMatchObject([{ serialHex: leaf.serialHex, notAfter: leaf.notAfter }]);
    expect({ audited, published }).toMatchObject({
      audited: [
        { action: 'revocation-ordered', subject: fqdn },
        { action: 'certificate-revoked', subject: fqdn },
      ],
      published: 1,
    });
  });

  it('is adopted within that hour, once the topology that gives the names is published again', async () => {
    const leaf = await issued(named('bob'), takenAt + 60_000, 'administrator');
    expect(await look(leaf, administrator('bob'))).toBeUndefined();
    expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toBeUndefined();
    const { administrators } = contoso;
    const [alice] = administrators.keys;
    const keys = [...administrators.keys, { ...(alice as object), id: 'bob' } as never];
    topology = buildTopology(next(contoso, { administrators: { ...administrators, keys } }));
    await look(leaf, administrator('bob'));
    expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toMatchObject({ subject: 'bob' });
  });

  it('is revoked at once where it is older than the backup: the backup would have it', async () => {
    const leaf = await issued(given, takenAt - 2 * 86_400_000);
    expect(await look(leaf)).toMatchObject({ reason: 'requester-revoked' });
    expect(await ledger.revoked(restored.issuer.id, 0)).toHaveLength(1);
  });

  it('is adopted where the clock was ahead by the hours of a time zone when the backup was made', async () => {
    const leaf = await issued(given, takenAt - 14 * 3_600_000);
    expect(await look(leaf)).toBeUndefined();
    expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toMatchObject({ subject: fqdn });
  });

  it('is not judged by its age where the backup was brought back before it was made, however much later it is now', async () => {
    broughtBackAt = takenAt - 3_600_000;
    const leaf = await issued(given, takenAt - 2 * 86_400_000);
    expect(await look(leaf)).toBeUndefined();
    expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toMatchObject({ subject: fqdn });
  });

  it('is not judged by its age where the clock shows that the time of the backup is wrong', async () => {
    const leaf = await issued(given, takenAt - 2 * 86_400_000);
    time = takenAt - 3_600_000;
    expect(await look(leaf)).toBeUndefined();
    expect(await ledger.find(restored.issuer.id, leaf.serialHex)).toMatchObject({ subject: fqdn });
  });

  it('is revoked at once where its key is blocked', async () => {
    const leaf = await issued(given, takenAt + 60_000);
    await ledger.blockKey(spkiHash(leaf.publicKey.der), { at: takenAt, reason: 'keyCompromise' });
    expect(await look(leaf)).toMatchObject({ reason: 'requester-revoked' });
    expect(await ledger.revoked(restored.issuer.id, 0)).toMatchObject([
      { revocation: { reason: 'keyCompromise' } },
    ]);
  });

  it('is left alone where no authority here has issued it', async () => {
    const leaf = await issued(given, takenAt + 60_000);
    expect(
      await since.look(server(leaf.serialHex), { certificates: [leaf, restored.anchors[0] as Certificate] }),
    ).toBeUndefined();
    expect(await since.look(server(leaf.serialHex), undefined)).toBeUndefined();
    expect(await ledger.list({ limit: 1 })).toEqual({ certificates: [] });
  });
});
