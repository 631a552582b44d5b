import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIssuance, type Issuance, PkiFault, refuse } from '@entente/pki';
import { initialiseAuthority, type OpenAuthorityFolder, openAuthorityFolder } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, StepClock } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OwnCertificate, openOwnCertificate } from '../src/own-certificate.ts';

const start = Date.UTC(2026, 5, 1);
const minute = 60_000;
const day = 24 * 60 * minute;
const fqdn = 'ca.contoso.example';
const objectsUrl = 'http://ca.contoso.example';

describe("the authority's own certificate", () => {
  let directory: string;
  /** Of the two files alone, so that they can fail while the ledger does not. */
  let beside: string;
  let clock: StepClock;
  let opened: OpenAuthorityFolder;
  let issuance: Issuance;
  let own: OwnCertificate;
  /** How often a certificate was asked for. */
  let asked: number;
  /** What the trail has. */
  let trail: string[];
  /** Whether the trail takes no record. */
  let isFull: boolean;
  /** Identifier of the issuing authority, where another one has taken over. */
  let successor: string | undefined;
  /** Why the rule gives it none. */
  let refusal: string | undefined;
  let logged: unknown[];
  /** Opens it, as each start does. */
  let open: () => Promise<OwnCertificate>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-own-certificate-'));
    beside = join(directory, 'own');
    await mkdir(beside);
    clock = new StepClock(start);
    [asked, trail, isFull, refusal, logged, successor] = [0, [], false, undefined, [], undefined];
    const folder = join(directory, 'ca');
    const now = () => clock.now();
    await initialiseAuthority({
      directory: folder,
      domain: 'contoso.example',
      fqdn,
      objectsUrl,
      now: start,
      openLedger,
    });
    const authority = await openAuthorityFolder(folder, openLedger);
    opened = {
      ...authority,
      serverCertificate: join(beside, 'tls.crt'),
      serverKey: join(beside, 'tls.key'),
      [Symbol.asyncDispose]: () => authority[Symbol.asyncDispose](),
    };
    const { issuer, ledger, root, throwAway } = opened;
    const names = { commonName: fqdn, dnsNames: [fqdn], uris: [] };
    issuance = createIssuance({
      issuer,
      anchors: [root],
      throwAway,
      ledger,
      mayIssue: () => {
        if (refusal === undefined) return { ok: true, names };
        return { ok: false, refusal: refuse('name-not-allowed', refusal, 'add it to the topology') };
      },
      clock: now,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      objectsUrl,
    });
    const counting: Issuance = {
      ...issuance,
      get issuer() {
        return { ...issuer, id: successor ?? issuer.id };
      },
      issue: (...request) => {
        asked += 1;
        return issuance.issue(...request);
      },
    };
    const log = createTestLog(({ fields }) => void logged.push((fields as { event?: unknown }).event));
    open = () =>
      openOwnCertificate(fqdn, opened, counting, clock, log, {
        async renewed(serial) {
          if (isFull) {
            throw new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', {
              sentence: 'no space left',
              place: 'the audit trail of this test',
              remedy: 'free space',
            });
          }
          trail.push(serial);
        },
        async withdrawn() {},
      });
    own = await open();
    expect(asked).toBe(1);
  });
  afterEach(async () => {
    await opened[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const serial = () => own.identity.current.leaf.serialHex;
  const fault = (otherwise?: string) =>
    own.keepValid(otherwise).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('is not issued where its files cannot be written: the ledger and the trail do not grow', async () => {
    const before = serial();
    clock.move(4 * day);
    await rm(beside, { recursive: true });
    expect(await fault()).toMatchObject({ code: 'ENOENT' });
    // The key has a place, and its certificate has none.
    await mkdir(beside);
    clock.move(60 * minute);
    opened.ledger.intend = () => Promise.reject(new Error('the ledger is full'));
    expect(await fault()).toMatchObject({ message: 'the ledger is full' });
    expect(await readdir(beside), 'no key of it is left').toEqual([]);
    expect(trail).toEqual([before]);
    expect(asked, 'the second time there was room').toBe(2);
  });

  it.skipIf(process.platform === 'win32')('is not presented where others may read its key', async () => {
    await chmod(opened.serverKey, 0o644);
    await expect(open()).rejects.toMatchObject({
      code: 'ENTENTE_PKI_SECRET_EXPOSED',
      place: opened.serverKey,
    });
    await chmod(opened.serverKey, 0o600);
    expect((await open()).identity.current.leaf.serialHex).toBe(serial());
  });

  it('is tried again an hour later while it is valid, however often it is looked at', async () => {
    const before = serial();
    clock.move(4 * day);
    isFull = true;
    const first = await fault();
    expect(first).toMatchObject({ code: 'ENTENTE_PKI_AUDIT_UNAVAILABLE' });
    for (let looked = 0; looked < 4; looked++) {
      clock.move(14 * minute);
      // Thrown each time: the health of the authority stays bad.
      expect(await fault()).toBe(first);
    }
    expect(asked).toBe(2);
    clock.move(4 * minute);
    isFull = false;
    expect(await fault()).toBeUndefined();
    expect(asked).toBe(3);
    expect(serial()).not.toBe(before);
  });

  it('is tried again at once where a root has signed another list: that may have been all that was missing', async () => {
    clock.move(4 * day);
    isFull = true;
    const first = await fault();
    expect(await fault()).toBe(first);
    const { roots } = opened.issuers;
    const [root] = roots.all;
    if (root === undefined) expect.fail('no root');
    vi.spyOn(roots, 'all', 'get').mockReturnValue([{ ...root, crl: { ...root.crl, number: 2 } }]);
    isFull = false;
    expect(await fault()).toBeUndefined();
    expect(asked).toBe(3);
  });

  it('is tried again at once where another issuing authority issues by now: that may have been all that was missing', async () => {
    clock.move(4 * day);
    isFull = true;
    const first = await fault();
    expect(await fault()).toBe(first);
    successor = 'the next one';
    isFull = false;
    expect(await fault()).toBeUndefined();
    expect(asked).toBe(3);
  });

  it('is tried again a minute later where members refuse it, and where another cause asks for the next one', async () => {
    isFull = true;
    const first = await fault('another root is in use');
    clock.move(minute - 1);
    expect(await fault('another root is in use')).toBe(first);
    expect(asked).toBe(2);
    clock.move(1);
    expect(await fault('another root is in use')).not.toBe(first);
    expect(asked).toBe(3);
    clock.move(30 * day);
    expect(await fault(), 'it has expired').toBeDefined();
    clock.move(minute);
    expect(await fault()).toBeDefined();
    expect(asked).toBe(5);
  });

  it('does not wait for the end of an hour that began before it was revoked', async () => {
    const before = serial();
    clock.move(4 * day);
    isFull = true;
    expect(await fault()).toBeDefined();
    isFull = false;
    await opened.ledger.revoke(issuance.issuer.id, before, { at: clock.now(), reason: 'keyCompromise' });
    expect(await fault()).toBeUndefined();
    expect(serial()).not.toBe(before);
  });

  it('is kept at a start where it is merely due and no other can be recorded: one attempt, and one line in the log', async () => {
    const before = serial();
    clock.move(4 * day);
    isFull = true;
    logged = [];
    own = await open();
    await own.begin();
    expect(own.invalid()).toBeUndefined();
    expect(serial()).toBe(before);
    expect(asked).toBe(2);
    expect(logged).toEqual(['renewal-failed']);
    expect(await fault(), 'the pause has begun').toBeDefined();
    expect(asked).toBe(2);
  });

  it('is not kept at a start where members refuse it, or another cause asks for the next one', async () => {
    isFull = true;
    await expect(own.begin('another root is in use')).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUDIT_UNAVAILABLE',
    });
    clock.move(30 * day);
    await expect(open()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUDIT_UNAVAILABLE' });
  });

  it('is presented without a pause where the files have it already, and no other is issued', async () => {
    const before = serial();
    clock.move(4 * day);
    const replace = vi.spyOn(own.identity, 'replace');
    replace.mockRejectedValueOnce(new Error('too many open files'));
    expect(await fault()).toMatchObject({ message: 'too many open files' });
    expect(serial()).toBe(before);
    expect(await fault()).toBeUndefined();
    expect(asked).toBe(2);
    expect(serial()).toBe(trail.at(-1));
    expect(serial()).not.toBe(before);
  });

  it('is issued again after the pause where the files cannot be presented at all', async () => {
    clock.move(4 * day);
    const replace = vi.spyOn(own.identity, 'replace');
    replace.mockRejectedValue(new Error('too many open files'));
    const first = await fault();
    expect(await fault()).toBe(first);
    expect(asked).toBe(2);
    replace.mockRestore();
    await rm(join(beside, 'tls.key'));
    clock.move(60 * minute);
    expect(await fault()).toBeUndefined();
    expect(asked).toBe(3);
    expect(serial()).toBe(trail.at(-1));
  });

  it('is tried again a minute later where the last attempt has left nothing, also while it is valid', async () => {
    clock.move(4 * day);
    await rm(beside, { recursive: true });
    const first = await fault();
    expect(first).toMatchObject({ code: 'ENOENT' });
    await mkdir(beside);
    clock.move(minute - 1);
    expect(await fault()).toBe(first);
    clock.move(1);
    expect(await fault()).toBeUndefined();
    expect(asked).toBe(2);
    clock.move(4 * day);
    refusal = 'it is not in the topology';
    expect(await fault()).toMatchObject({ code: 'ENTENTE_PKI_NOT_ISSUED' });
    refusal = undefined;
    clock.move(minute);
    expect(await fault()).toBeUndefined();
  });

  it('is revoked where it cannot be recorded, so that none is valid that the trail does not have', async () => {
    clock.move(4 * day);
    isFull = true;
    const signed: string[] = [];
    const { append } = opened.ledger;
    opened.ledger.append = (entry) => {
      signed.push(entry.serialHex);
      return append.call(opened.ledger, entry);
    };
    expect(await fault()).toBeDefined();
    expect(signed, 'the ledger has none as issued').toEqual([]);
    expect(await opened.ledger.unfinished(issuance.issuer.id)).toEqual([]);
  });
});
