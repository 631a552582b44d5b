import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenStore } from '@entente/authority';
import { PkiFault, parseJoinToken } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { openStore } from '@entente/store-sql';
import { encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { InProcessAuthority } from './in-process-authority.ts';

const edge = 'edge01.contoso.example';
/** `only`: the disk is full in the moment when this action is to be recorded. */
const disk: { isFull: boolean; only: string | undefined } = { isFull: false, only: undefined };
let run: InProcessAuthority;

/** A database that takes no more records of the audit trail. */
const openFull: OpenStore = async (folder, options) => {
  const store = await openStore(folder, options);
  const { audit } = store;
  const full = {
    sentence: 'no space left',
    place: 'the audit trail of this test',
    remedy: 'free space',
  };
  const record: typeof audit.record = async (entry) => {
    if (disk.isFull && (disk.only ?? entry.action) === entry.action)
      throw new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', full);
    return audit.record(entry);
  };
  return { ...store, audit: { ...audit, record } };
};

beforeAll(async () => {
  run = await InProcessAuthority.start({ open: openFull });
});
afterAll(() => run[Symbol.asyncDispose]());

const order = () => run.certify(edge);

/** What the trail has of an action. */
async function recorded(action: string): Promise<object[]> {
  const { records } = (await run.ask('/audit?limit=100')).answer as { records: { action: string }[] };
  return records.filter((record) => record.action === action);
}

/** Whatever anybody has been given is in the trail. */
async function expectAllRecorded(): Promise<void> {
  const { certificates } = (await run.ask('/certificates')).answer as {
    certificates: { serial: string; requester: string; revocation?: object }[];
  };
  const inTrail = [...(await recorded('certificate-issued')), ...(await recorded('certificate-renewed'))].map(
    (record) => (record as { details: { serial: string } }).details.serial,
  );
  // What the authority has for itself is not given to anybody.
  const own = ['administrator:ceremony', 'server:ca.contoso.example'];
  const given = certificates.filter(
    ({ requester, revocation }) => revocation === undefined && !own.includes(requester),
  );
  expect(given.length).toBeGreaterThan(0);
  for (const { serial } of given) expect(inTrail).toContain(serial);
}

async function whileFull<T>(action: () => Promise<T>, only?: string): Promise<T> {
  Object.assign(disk, { isFull: true, only });
  try {
    return await action();
  } finally {
    disk.isFull = false;
  }
}

describe('a command that cannot be recorded', () => {
  it('is not acknowledged: nobody gets the certificate', async () => {
    const { answer, status } = await whileFull(order);
    expect({ status, reason: answer.reason }).toEqual({ status: 503, reason: 'storage-unavailable' });
    expect(JSON.stringify(answer)).not.toContain('BEGIN CERTIFICATE');
    expect((await order()).status).toBe(201);
    await expectAllRecorded();
  });

  it('is not acknowledged: a server that joins gets its certificate once the trail has it, with the same token and key', async () => {
    const fe = 'fe01.contoso.example';
    const { answer } = await run.ask('/join-tokens', { server: fe });
    const parsed = parseJoinToken(answer.token as string);
    if (!parsed.ok) throw new Error('expected a join token');
    const { secret } = parsed.token;
    const { request } = await createKeyAndRequest({ subject: fe });
    const enrol = async () => {
      const headers = {
        'content-type': 'application/pkcs10',
        authorization: `Bearer ${Buffer.from(secret).toString('base64url')}`,
      };
      const url = 'https://ca.contoso.example/enrol';
      const asked = new Request(url, { method: 'POST', body: request, headers });
      const { status } = await run.authority.fetch(asked, undefined, '192.0.2.2');
      return status;
    };
    expect(await whileFull(enrol)).toBe(503);
    expect(await enrol()).toBe(201);
    // What is given again was recorded when it was given first.
    expect(await enrol()).toBe(201);
    await expectAllRecorded();
    // And is given no more once its key is blocked.
    const blocked = { request: encodePem('CERTIFICATE REQUEST', request) };
    expect((await run.ask('/block-key', blocked)).status).toBe(200);
    expect(await enrol()).toBe(403);
  });

  it('is not carried out: a key is blocked only once the trail has who ordered it', async () => {
    const { request } = await createKeyAndRequest({ subject: edge });
    const pem = encodePem('CERTIFICATE REQUEST', request);
    const body = { request: pem };
    expect((await whileFull(() => run.ask('/block-key', body))).status).toBe(503);
    expect((await run.ask('/certificates', { server: edge, request: pem })).status).toBe(201);
    expect((await run.ask('/block-key', body)).answer).toMatchObject({
      blocked: true,
      valid: [{ subject: edge }],
    });
    expect((await run.ask('/certificates', { server: edge, request: pem })).answer).toMatchObject({
      reason: 'key-compromised',
    });
    const [{ details }] = (await recorded('key-block-ordered')) as [{ details: object }];
    const [last] = await recorded('key-blocked');
    expect(last).toMatchObject({ subject: edge, details });
  });

  it('is not carried out: a certificate is revoked only once the trail has who ordered it', async () => {
    const { answer } = await order();
    const { serial } = answer as { serial: string };
    const body = { serial, reason: 'superseded' };
    expect((await whileFull(() => run.ask('/revoke', body))).status).toBe(503);
    const isRevoked = async () =>
      ((await run.ask(`/certificates/${serial}`)).answer as { revocation?: object }).revocation !== undefined;
    expect(await isRevoked()).toBe(false);
    expect((await run.ask('/revoke', body)).status).toBe(200);
    expect(await isRevoked()).toBe(true);
  });

  it('is not carried out: what a certificate on hold is released from', async () => {
    const { serial } = (await order()).answer as { serial: string };
    expect((await run.ask('/revoke', { serial, reason: 'certificateHold' })).status).toBe(200);
    const body = { serial };
    expect((await whileFull(() => run.ask('/release', body))).status).toBe(503);
    expect((await run.ask(`/certificates/${serial}`)).answer).toMatchObject({
      revocation: { reason: 'certificateHold' },
    });
    expect((await run.ask('/release', body)).status).toBe(200);
    expect(await recorded('release-ordered')).toMatchObject([{ details: { serial } }]);
  });

  it('is not carried out: an account is added, and changed, only once the trail has who ordered it', async () => {
    const address = 'alice@contoso.example';
    const added = { accounts: [{ address, verifiers: { 'SHA-256': 'a'.repeat(64) } }] };
    const accounts = async () => (await run.ask(`/accounts?address=${address}`)).answer.accounts as object[];
    expect((await whileFull(() => run.ask('/accounts', added))).status).toBe(503);
    expect(await accounts()).toEqual([]);
    expect((await run.ask('/accounts', added)).status).toBe(200);
    const disabled = { address, state: 'disabled' };
    expect((await whileFull(() => run.ask('/accounts/change', disabled))).status).toBe(503);
    expect(await accounts()).toMatchObject([{ state: 'enabled' }]);
    expect((await run.ask('/accounts/change', disabled)).status).toBe(200);
    expect(await accounts()).toMatchObject([{ state: 'disabled' }]);
    expect(await recorded('accounts-ordered')).toMatchObject([
      { subject: address, details: { accounts: 1, addresses: address } },
    ]);
    expect(await recorded('account-change-ordered')).toMatchObject([
      { subject: address, details: { change: 'account-disabled' } },
    ]);
  });

  it('is not carried out: a topology is stored and in force only once the trail has who ordered it', async () => {
    const text = signed(next(contoso, { title: 'of nobody' }));
    const ordered = () => recorded('topology-ordered');
    const before = await ordered();
    expect((await whileFull(() => run.ask('/topology', text))).status).toBe(503);
    expect((await run.ask('/topology')).answer).toMatchObject({ document: { version: 1 } });
    const parts = run.parts();
    expect(parts, 'topologies can be stored').toEqual(['audit-trail']);
    expect((await run.ask('/topology/2')).status).toBe(404);
    expect(await ordered()).toEqual(before);
    expect(before).toMatchObject([
      { actor: 'administrator:alice', subject: 'contoso.example', details: { version: 1 } },
    ]);
  });

  it('is not carried out: a backup is written only once the trail has that it was ordered', async () => {
    const to = join(run.folder, 'backup');
    await expect(whileFull(() => run.authority.backUp(to))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUDIT_UNAVAILABLE',
    });
    await expect(stat(to)).rejects.toMatchObject({ code: 'ENOENT' });
    const written = await whileFull(() => run.authority.backUp(to), 'backup-written');
    expect(written, 'complete, whatever failed then').toMatchObject({ unrecorded: 'no space left' });
    expect(await readdir(to)).toContain('manifest.json');
    expect(run.parts()).toEqual(['audit-trail']);
    await expect(run.authority.backUp(to)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS' });
    expect(await recorded('backup-ordered'), 'once: the one after it was refused before that').toMatchObject([
      { actor: 'authority', details: { to } },
    ]);
  });

  it('is carried out and recorded when it is sent again: a topology revokes what it has taken away', async () => {
    const servers = contoso.servers.filter(({ fqdn }) => fqdn !== edge);
    const text = signed(next(contoso, { servers }));
    expect((await whileFull(() => run.ask('/topology', text), 'topology-published')).status).toBe(503);
    expect((await run.ask('/topology', text)).status).toBe(200);
    const { answer } = await run.ask(`/certificates?subject=${edge}`);
    const certificates = answer.certificates as { revocation?: object }[];
    expect(certificates.length).toBeGreaterThan(0);
    expect(certificates.every(({ revocation }) => revocation !== undefined)).toBe(true);
    expect((await run.ask('/topology', text)).status).toBe(200);
    const { records } = (await run.ask('/audit?limit=100')).answer as {
      records: { action: string; details: { version?: number; effect?: string } }[];
    };
    const published = records.filter(
      ({ action, details }) => action === 'topology-published' && details.version === 2,
    );
    expect(published.map(({ details }) => details.effect)).toEqual(['unchanged', 'narrowing']);
    expect(
      records.filter(({ action, details }) => action === 'topology-ordered' && details.version === 2),
      'once, before it was in force',
    ).toHaveLength(1);
    expect(records).toContainEqual(expect.objectContaining({ action: 'certificate-revoked', subject: edge }));
  });
});
