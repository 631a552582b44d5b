import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIssuance, type Issuer, issuerId, spkiHash } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import {
  authorityFolder,
  initialiseAuthority,
  openAuthorityFolder,
  readRestoredMark,
  writeRestoredMark,
} from '@entente/pki/node';
import { createTestLog } from '@entente/testkit';
import { buildTopology, type MemberStanding, memberStandingFormat, type Topology } from '@entente/topology';
import { type Certificate, type CertificateNames, decodeCertificate } from '@entente/x509';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleSequence } from '../src/bundle-sequence.ts';
import type { Caller } from '../src/caller.ts';
import { afterRestore } from '../src/restored/after-restore.ts';
import { IssuedSinceBackup, patienceMs } from '../src/restored/issued-since-backup.ts';
import { BehindWatch } from '../src/standing/behind-watch.ts';
import { StateSequence } from '../src/trust-state/state-sequence.ts';
import { contoso, next } from './contoso.ts';
import { foreignRevocations } from './foreign-revocations.ts';

const day = 86_400_000;
const takenAt = Date.UTC(2026, 5, 1);
const restoredAt = takenAt + day;
/** The id of an issuing authority that the root has not certified yet. */
const pending = 'fedcba9876543210';
const fqdn = 'fe01.contoso.example';
let folder: string;
let issuer: Issuer;
let issuing: Certificate;
let anchors: readonly Certificate[];
let throwAway: Parameters<typeof createIssuance>[0]['throwAway'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-restored-'));
  const directory = join(folder, 'ca');
  const names = {
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl: 'http://ca.contoso.example',
  };
  await initialiseAuthority({
    ...names,
    directory,
    now: takenAt - 30 * day,
    openLedger: async () => createMemoryLedger(),
  });
  const opened = await openAuthorityFolder(directory, async () => createMemoryLedger());
  ({ issuer, roots: anchors, throwAway } = opened);
  issuing = issuer.certificate;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A certificate that the authority has issued, and that the ledger of the backup does not have. */
async function issued(names: CertificateNames, at: number, profile: 'server' | 'administrator' = 'server') {
  const issuance = createIssuance({
    issuer,
    anchors,
    throwAway,
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
      live: () => [issuer],
      ledger,
      revocation: foreignRevocations({ issuer, ledger, now: () => time, publish: async () => ++published }),
      audit: {
        record: async (entry) => (isFull === undefined ? void audited.push(entry) : Promise.reject(isFull)),
      },
      now: () => time,
      log: createTestLog(),
    });
  });
  const look = (leaf: Certificate, caller: Caller = server(leaf.serialHex)) =>
    since.look(caller, { certificates: [leaf, issuing] });

  it('is adopted where a server of the topology presents it with the names that the topology gives', async () => {
    const leaf = await issued(given, takenAt + 60_000);
    expect(await Promise.all([look(leaf), look(leaf)])).toEqual([undefined, undefined]);
    expect(await ledger.find(issuer.id, leaf.serialHex)).toMatchObject({
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
      expect(await ledger.find(issuer.id, leaf.serialHex)).toBeUndefined();
    }
    expect(await ledger.revoked(issuer.id, 0)).toEqual([]);
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
    const found = await ledger.find(issuer.id, leaf.serialHex);
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
    const revoked = await ledger.revoked(issuer.id, 0);
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
    expect(await ledger.find(issuer.id, leaf.serialHex)).toBeUndefined();
    const { administrators } = contoso;
    const [alice] = administrators.keys;
    const keys = [...administrators.keys, { ...(alice as object), id: 'bob' } as never];
    topology = buildTopology(next(contoso, { administrators: { ...administrators, keys } }));
    await look(leaf, administrator('bob'));
    expect(await ledger.find(issuer.id, leaf.serialHex)).toMatchObject({ subject: 'bob' });
  });

  it('is revoked at once where it is older than the backup: the backup would have it', async () => {
    const leaf = await issued(given, takenAt - 2 * 86_400_000);
    expect(await look(leaf)).toMatchObject({ reason: 'requester-revoked' });
    expect(await ledger.revoked(issuer.id, 0)).toHaveLength(1);
  });

  it('is adopted where the clock was ahead by the hours of a time zone when the backup was made', async () => {
    const leaf = await issued(given, takenAt - 14 * 3_600_000);
    expect(await look(leaf)).toBeUndefined();
    expect(await ledger.find(issuer.id, leaf.serialHex)).toMatchObject({ subject: fqdn });
  });

  it('is not judged by its age where the backup was brought back before it was made, however much later it is now', async () => {
    broughtBackAt = takenAt - 3_600_000;
    const leaf = await issued(given, takenAt - 2 * 86_400_000);
    expect(await look(leaf)).toBeUndefined();
    expect(await ledger.find(issuer.id, leaf.serialHex)).toMatchObject({ subject: fqdn });
  });

  it('is not judged by its age where the clock shows that the time of the backup is wrong', async () => {
    const leaf = await issued(given, takenAt - 2 * 86_400_000);
    time = takenAt - 3_600_000;
    expect(await look(leaf)).toBeUndefined();
    expect(await ledger.find(issuer.id, leaf.serialHex)).toMatchObject({ subject: fqdn });
  });

  it('is revoked at once where its key is blocked', async () => {
    const leaf = await issued(given, takenAt + 60_000);
    await ledger.blockKey(spkiHash(leaf.publicKey.der), { at: takenAt, reason: 'keyCompromise' });
    expect(await look(leaf)).toMatchObject({ reason: 'requester-revoked' });
    expect(await ledger.revoked(issuer.id, 0)).toMatchObject([{ revocation: { reason: 'keyCompromise' } }]);
  });

  it('is left alone where no authority here has issued it', async () => {
    const leaf = await issued(given, takenAt + 60_000);
    expect(
      await since.look(server(leaf.serialHex), { certificates: [leaf, anchors[0] as Certificate] }),
    ).toBeUndefined();
    expect(await since.look(server(leaf.serialHex), undefined)).toBeUndefined();
    expect(await ledger.list({ limit: 1 })).toEqual({ certificates: [] });
  });
});

describe('the first start after a restore', () => {
  let directory: string;
  let count = 0;
  let ledger: Ledger;
  let renewed: number;
  beforeEach(async () => {
    directory = join(folder, `restored-${++count}`);
    ledger = createMemoryLedger();
    renewed = 0;
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt });
  });
  const start = (time: number, log = createTestLog()) =>
    afterRestore({
      directory,
      ledger,
      issuers: [issuer.id, pending],
      domainKeys: { renewAll: async () => void renewed++ },
      tokens: { forgetTokens: async () => {} },
      audit: { record: async () => {} },
      now: () => time,
      log,
    });
  const numbers = async (time: number) => ({
    list: await ledger.nextCrlNumber(issuer.id),
    state: await (await StateSequence.open(directory, () => time)).next(),
    bundle: await bundleSequence(directory, anchors),
  });

  it('takes its numbers from the time, and each pool gets another key', async () => {
    await start(restoredAt + 5);
    const { bundle, list, state } = await numbers(restoredAt + 5);
    expect(list).toBeGreaterThan(restoredAt + 5);
    expect(state).toBeGreaterThan(restoredAt + 5);
    expect(bundle).toBeGreaterThan(restoredAt + 5);
    expect(renewed).toBe(1);
  });

  it('is not fooled by a clock that is behind, or by a number that is higher than the time', async () => {
    await start(0);
    expect((await numbers(0)).list).toBeGreaterThan(restoredAt);
    const above = restoredAt * 2;
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt, above });
    await start(0);
    expect((await numbers(0)).list).toBeGreaterThan(above);
  });

  it('repeats no number of a state where the same backup is restored again soon after', async () => {
    await start(restoredAt);
    const states = await StateSequence.open(directory, () => restoredAt);
    let last = 0;
    for (let count = 0; count < 500; count++) last = await states.next();
    await rm(join(directory, 'state-sequence.json'));
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt: restoredAt + 5_000 });
    await start(restoredAt + 5_000);
    expect((await numbers(restoredAt + 5_000)).state).toBeGreaterThan(last);
  });

  it('takes the number that an administrator gives for states and bundles too', async () => {
    const above = restoredAt * 2;
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt, above });
    await start(restoredAt);
    for (const number of Object.values(await numbers(restoredAt))) expect(number).toBeGreaterThan(above);
  });

  it('gives an issuing authority whose certificate waits at the root a number of the time too', async () => {
    await start(restoredAt);
    expect(await ledger.nextCrlNumber(pending)).toBeGreaterThan(restoredAt);
  });

  it('is done once; where it was interrupted, it is done again', async () => {
    await start(restoredAt);
    const { list } = await numbers(restoredAt);
    await start(restoredAt + day);
    expect(await ledger.nextCrlNumber(issuer.id)).toBe(list + 1);
    expect(renewed).toBe(1);
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt });
    await start(restoredAt + day);
    expect(await ledger.nextCrlNumber(issuer.id)).toBeGreaterThan(restoredAt + day);
  });

  it('ends after the longest life of a certificate: then everything from before has expired', async () => {
    await start(restoredAt);
    expect(await start(restoredAt + 90 * day - 1)).toMatchObject({ takenAt });
    expect(await start(restoredAt + 90 * day)).toBeUndefined();
    expect(await readRestoredMark(authorityFolder(directory))).toBeUndefined();
    expect(await start(restoredAt)).toBeUndefined();
  });

  it('ends no earlier because the clock was behind at the restore', async () => {
    await writeRestoredMark(authorityFolder(directory), { takenAt, restoredAt: 0 });
    await start(restoredAt);
    expect(await start(restoredAt + 90 * day - 1)).toMatchObject({ takenAt });
    expect(await start(restoredAt + 90 * day)).toBeUndefined();
  });

  it('does not happen where the mark cannot be read: numbers might repeat', async () => {
    await writeFile(join(directory, 'restored.json'), '{');
    await expect(start(restoredAt)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
    expect(await readFile(join(directory, 'restored.json'), 'utf8')).toBe('{');
  });
});

describe('an authority that is behind its members', () => {
  const root = issuerId(new Uint8Array([1]));
  const standing = (changes: Partial<MemberStanding>): MemberStanding => ({
    format: memberStandingFormat,
    topology: 1,
    state: 1,
    lists: [],
    certificateEnd: '2026-01-15T12:00:00.000Z',
    formats: [],
    ...changes,
  });

  it('says so once for each newer version and list, and what to do', () => {
    const lines: object[] = [];
    const log = createTestLog(({ fields, level }) => lines.push({ level, ...fields }));
    const list = (id: string) => ({
      issuer: id,
      shard: 0,
      number: 5,
      sha256: '',
      bytes: 0,
      der: new Uint8Array(),
    });
    const watch = new BehindWatch({
      topology: () => buildTopology(contoso),
      lists: () => [list(root), list(issuer.id)],
      isRoot: (one) => one === root,
      log,
    });
    const report = (changes: Partial<MemberStanding>) => watch.look(fqdn, standing(changes));
    report({ lists: [{ issuer: root, shard: 0, number: 5 }] });
    expect(lines).toEqual([]);
    report({ topology: 3 });
    report({ topology: 3 });
    report({ topology: 2 });
    report({
      lists: [
        { issuer: root, shard: 0, number: 6 },
        { issuer: issuer.id, shard: 0, number: 9 },
      ],
    });
    expect(lines).toMatchObject([
      {
        level: 'error',
        event: 'topology-behind',
        version: 3,
        remedy: expect.stringContaining('topology.v2.json'),
      },
      { event: 'list-behind', issuer: root, number: 6, remedy: expect.stringContaining('ca root accept') },
      { event: 'list-behind', issuer: issuer.id, number: 9, remedy: expect.stringContaining('ca restore') },
    ]);
  });
});
