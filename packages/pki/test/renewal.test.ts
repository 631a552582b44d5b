import { randomBytes } from 'node:crypto';
import {
  createCrlPublisher,
  createRevocationDesk,
  enrolHandler,
  issueJoinToken,
  type JoinToken,
  type PkiRefusal,
  refuseAlreadyJoined,
  revokeUnfinished,
} from '@entente/pki';
import { createKeyAndRequest, enrol, type KeyAndRequest, renew } from '@entente/pki/client';
import {
  createMemoryLedger,
  type Ledger,
  type LedgerRecord,
  LedgerState,
  recordingLedger,
} from '@entente/pki/ledger';
import { decodeCrl } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { now, objectsUrl, type TestAuthority, testAuthority, testIssuance } from './authority.ts';

const server = 'fe01.contoso.example';
const url = 'https://ca.contoso.example';
const dayMs = 86_400_000;

let authority: TestAuthority;
beforeAll(async () => {
  authority = await testAuthority();
});

const newKey = (): Promise<KeyAndRequest> => createKeyAndRequest({ subject: server });

/** One authority with its desk, and a server that asks it. */
function scene(ledger: Ledger = createMemoryLedger()) {
  const time = { now };
  const clock = () => time.now;
  const { issuance } = testIssuance(authority, { clock, ledger });
  const { issuer } = authority;
  const publisher = createCrlPublisher({ issuer, ledger, clock, objectsUrl });
  const desk = createRevocationDesk(ledger, publisher, clock);
  const refusals: PkiRefusal[] = [];
  const handler = enrolHandler({
    issuance,
    ledger,
    clock,
    revoke: desk.revoke,
    onRefused: (refusal) => refusals.push(refusal),
  });
  const order = {
    authority: url,
    server,
    rootSpkiHash: 'cd'.repeat(32),
    administratorsHash: 'ab'.repeat(32),
  };
  const succeeded = <T extends { ok: boolean }>(outcome: T) => {
    if (!outcome.ok) throw new Error(JSON.stringify([outcome, refusals]));
    return (outcome as unknown as Extract<Awaited<ReturnType<typeof enrol>>, { ok: true }>).certificate;
  };
  return {
    time,
    ledger,
    desk,
    refusals,
    makeToken: (replace = false): Promise<JoinToken> =>
      issueJoinToken({ ledger, clock, random: randomBytes }, { ...order, createdBy: 'alice', replace }),
    join: async (token: JoinToken, key: KeyAndRequest) =>
      enrol({ token, key, transport: (request) => handler(request, undefined) }),
    renew: async (serialHex: string, key: KeyAndRequest, side?: string, as = server) =>
      renew({
        authority: url,
        key,
        transport: (request) => handler(request, { server: as, serialHex }),
        ...(side === undefined ? {} : { interface: side }),
      }),
    succeeded,
    /** Serial numbers on the list that is published. */
    listed: () => {
      const list = decodeCrl(publisher.current(0)?.der ?? new Uint8Array());
      return list.ok ? [...list.value.entries()].map(({ serialHex }) => serialHex) : [];
    },
    valid: async () =>
      (await ledger.issuedTo(server, time.now)).filter(({ revocation }) => revocation === undefined),
  };
}

/** A scene with a server that has joined. */
async function joined() {
  const one = scene();
  const key = await newKey();
  const first = one.succeeded(await one.join(await one.makeToken(), key));
  return { ...one, key, first };
}

describe('a certificate is renewed by the server that this authority gave it to', () => {
  it('refuses a predecessor that it has never issued', async () => {
    const { renew, valid } = await joined();
    const outcome = await renew('0a0b0c', await newKey());
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'predecessor-unknown', status: 403 } });
    expect(await valid()).toHaveLength(1);
  });

  it('refuses the predecessor of another server', async () => {
    const { first, renew } = await joined();
    const outcome = await renew(first.serialHex, await newKey(), undefined, 'fe02.contoso.example');
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'predecessor-unknown' } });
  });

  it('refuses the predecessor of another issuer', async () => {
    const { renew, succeeded, join, makeToken, ledger } = scene();
    const first = succeeded(await join(await makeToken(), await newKey()));
    const recorded = await ledger.find(authority.issuer.id, first.serialHex);
    if (recorded === undefined) throw new Error('not recorded');
    await ledger.append({ ...recorded, issuer: 'fedcba9876543210', serialHex: 'ee'.repeat(16) });
    expect(await renew('ee'.repeat(16), await newKey())).toMatchObject({
      refusal: { reason: 'predecessor-unknown' },
    });
  });
});

describe('a certificate is renewed once', () => {
  it('gives the same certificate to the same key again: the answer may have been lost', async () => {
    const { first, ledger, renew, succeeded, valid } = await joined();
    const key = await newKey();
    const answers = await Promise.all([1, 2, 3].map(() => renew(first.serialHex, key)));
    const [one, ...others] = answers.map((answer) => succeeded(answer).chainPem);
    expect(others).toEqual([one, one]);
    expect(await valid()).toHaveLength(2);
    const successors = await ledger.successors({ issuer: authority.issuer.id, serialHex: first.serialHex });
    expect(successors).toHaveLength(1);
  });

  it('refuses another key while the successor lives, also when both come at once', async () => {
    const { first, refusals, renew, time, valid } = await joined();
    const answers = await Promise.all([1, 2, 3].map(async () => renew(first.serialHex, await newKey())));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(refusals.map(({ reason }) => reason)).toEqual(['already-renewed', 'already-renewed']);
    expect(await valid(), 'nothing is revoked by itself').toHaveLength(2);
    time.now += 3 * dayMs;
    expect(await renew(first.serialHex, await newKey())).toMatchObject({
      refusal: { reason: 'already-renewed', status: 409 },
    });
  });

  it('lets another key have it once the successor is revoked, and never the key of the successor', async () => {
    const { desk, first, renew, succeeded } = await joined();
    const key = await newKey();
    const successor = succeeded(await renew(first.serialHex, key));
    await desk.revoke(successor.serialHex, 'superseded');
    expect(await renew(first.serialHex, key)).toMatchObject({ refusal: { reason: 'requester-revoked' } });
    succeeded(await renew(first.serialHex, await newKey()));
  });

  it('gives each interface a certificate, whose predecessor is that of the same interface', async () => {
    const { first, ledger, renew, succeeded } = await joined();
    const outside = succeeded(await renew(first.serialHex, await newKey(), 'external'));
    const inside = succeeded(await renew(first.serialHex, await newKey()));
    const key = await newKey();
    const next = succeeded(await renew(inside.serialHex, key, 'external'));
    expect(succeeded(await renew(inside.serialHex, key, 'external')).chainPem).toBe(next.chainPem);
    const predecessors = await Promise.all(
      [outside, inside, next].map(async ({ serialHex }) => {
        const found = await ledger.find(authority.issuer.id, serialHex);
        return [found?.interface, found?.predecessor?.serialHex];
      }),
    );
    expect(predecessors).toEqual([
      ['external', undefined],
      [undefined, first.serialHex],
      ['external', outside.serialHex],
    ]);
  });
});

describe('a key that is compromised', () => {
  it('is never certified again: not by a renewal, not with a token', async () => {
    const { desk, first, join, key, ledger, makeToken, refusals, renew, succeeded } = await joined();
    const successor = succeeded(await renew(first.serialHex, await newKey()));
    await desk.revoke(first.serialHex, 'keyCompromise');
    const issued = async () => (await ledger.list({ limit: 1_000 })).certificates.length;
    const before = await issued();
    expect(await renew(successor.serialHex, key)).toMatchObject({
      refusal: { reason: 'key-compromised', status: 403 },
    });
    await join(await makeToken(true), key);
    expect(refusals.map(({ reason }) => reason)).toEqual(['key-compromised', 'key-compromised']);
    // Refused before anything is signed, and not revoked afterwards.
    expect(await issued()).toBe(before);
  });

  it('is not certified where it was blocked while the certificate was signed', async () => {
    const ledger = createMemoryLedger();
    const { join, makeToken, refusals, valid } = scene({
      ...ledger,
      async append(entry) {
        await ledger.append(entry);
        await ledger.blockKey(entry.keyHash, { at: now, reason: 'keyCompromise' });
      },
    });
    await join(await makeToken(), await newKey());
    expect(refusals).toMatchObject([{ reason: 'key-compromised' }]);
    expect(await valid()).toEqual([]);
  });
});

describe('a token for a server that has joined', () => {
  it('is refused, when it is ordered and when it is used, and is not spent by that', async () => {
    const one = scene();
    const [first, second] = [await one.makeToken(), await one.makeToken()];
    const { serialHex } = one.succeeded(await one.join(first, await newKey()));
    expect(await refuseAlreadyJoined(one.ledger, server, now)).toMatchObject({ reason: 'already-joined' });
    expect((await one.join(second, await newKey())).ok).toBe(false);
    expect(one.refusals).toMatchObject([{ reason: 'already-joined', status: 409 }]);
    await one.desk.revoke(serialHex, 'superseded');
    expect(await refuseAlreadyJoined(one.ledger, server, now)).toBeUndefined();
    one.succeeded(await one.join(second, await newKey()));
  });

  it('revokes what the server had where it says so, once the new certificate is issued', async () => {
    const one = await joined();
    const outside = one.succeeded(await one.renew(one.first.serialHex, await newKey(), 'external'));
    const next = one.succeeded(await one.join(await one.makeToken(true), await newKey()));
    expect(await one.valid()).toMatchObject([{ serialHex: next.serialHex }]);
    expect(one.listed().sort()).toEqual([one.first.serialHex, outside.serialHex].sort());
    const found = await one.ledger.find(authority.issuer.id, one.first.serialHex);
    expect(found?.revocation?.reason).toBe('superseded');
  });

  it('revokes the rest where the authority stopped half-way', async () => {
    const one = await joined();
    const token = await one.makeToken(true);
    const key = await newKey();
    const { issuance } = testIssuance(authority, { ledger: one.ledger });
    const stopped = enrolHandler({
      issuance,
      ledger: one.ledger,
      clock: () => now,
      revoke: async () => Promise.reject(new Error('power failure')),
    });
    await expect(enrol({ token, key, transport: (request) => stopped(request, undefined) })).rejects.toThrow(
      'power failure',
    );
    expect(await one.valid()).toHaveLength(2);
    const next = one.succeeded(await one.join(token, key));
    expect(await one.valid()).toMatchObject([{ serialHex: next.serialHex }]);
  });
});

describe('a token whose answer is lost', () => {
  it('gives the same key the same certificate until it expires, and another key none', async () => {
    const { join, makeToken, refusals, succeeded, time, valid } = scene();
    const token = await makeToken();
    const key = await newKey();
    const answers = await Promise.all([join(token, key), join(token, key)]);
    answers.push(await join(token, key));
    expect(new Set(answers.map((answer) => succeeded(answer).chainPem)).size).toBe(1);
    expect(await valid()).toHaveLength(1);
    await join(token, await newKey());
    time.now += 3_600_001;
    await join(token, key);
    expect(refusals.map(({ reason }) => reason)).toEqual(['token-spent', 'token-expired']);
  });

  it('gives no certificate again that was revoked meanwhile', async () => {
    const { desk, join, makeToken, refusals, succeeded } = scene();
    const token = await makeToken();
    const key = await newKey();
    const { serialHex } = succeeded(await join(token, key));
    await desk.revoke(serialHex, 'superseded');
    expect((await join(token, key)).ok).toBe(false);
    expect(refusals.map(({ reason }) => reason)).toEqual(['requester-revoked']);
  });

  it('works after the authority was killed between any two writes, and leaves one valid certificate', async () => {
    for (let writes = 0, killed = true; killed; writes++) {
      const disk: LedgerRecord[] = [];
      let left = Number.POSITIVE_INFINITY;
      const open = (): Ledger => {
        const state = new LedgerState();
        for (const record of disk) state.apply(record);
        return recordingLedger(state, {
          place: 'disk',
          write: async (record) => {
            if (left-- <= 0) throw new Error('power failure');
            disk.push(record);
          },
          close: async () => {},
        });
      };
      const before = scene(open());
      const token = await before.makeToken();
      const key = await newKey();
      left = writes;
      killed = await before.join(token, key).then(
        () => false,
        () => true,
      );
      left = Number.POSITIVE_INFINITY;
      const ledger = open();
      await revokeUnfinished(ledger, authority.issuer, () => now);
      const after = scene(ledger);
      const certificate = after.succeeded(await after.join(token, key));
      const valid = await after.valid();
      expect(
        valid.map(({ serialHex }) => serialHex),
        `after ${writes} writes`,
      ).toEqual([certificate.serialHex]);
      expect((await after.join(token, await newKey())).ok).toBe(false);
      expect(after.refusals).toMatchObject([{ reason: 'token-spent' }]);
    }
  });
});

describe('a certificate on hold', () => {
  it('is on the list until it is released, and then no longer', async () => {
    const { desk, first, listed, renew } = await joined();
    await desk.revoke(first.serialHex, 'certificateHold');
    expect(listed()).toEqual([first.serialHex]);
    expect(await desk.release(first.serialHex)).toMatchObject({ ok: true, serials: [first.serialHex] });
    expect(listed()).toEqual([]);
    expect(await renew(first.serialHex, await newKey())).toMatchObject({ ok: true });
  });

  it('is the only one that can be released', async () => {
    const { desk, first, listed } = await joined();
    const onHold = { ok: false, refusal: { reason: 'certificate-not-on-hold', status: 409 } };
    const remedy = expect.stringContaining('entente join-token');
    const final = { ...onHold, refusal: { ...onHold.refusal, remedy } };
    const valid = await desk.release(first.serialHex);
    expect(valid).toMatchObject(onHold);
    expect(valid, 'which need not join again').not.toMatchObject(final);
    await desk.revoke(first.serialHex, 'keyCompromise');
    expect(await desk.release(first.serialHex)).toMatchObject(final);
    expect(listed()).toEqual([first.serialHex]);
    expect(await desk.release('0a')).toMatchObject({ ok: false, refusal: { reason: 'certificate-unknown' } });
  });
});
