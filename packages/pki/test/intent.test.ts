import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { createCrlPublisher, type Issuer, revokeUnfinished, type Signer } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import {
  createMemoryLedger,
  type Ledger,
  type LedgerRecord,
  LedgerState,
  recordingLedger,
} from '@entente/pki/ledger';
import { keySigner } from '@entente/pki/node';
import { decodeCertificate, decodeCrl } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { now, objectsUrl, type TestAuthority, testAuthority, testIssuance } from './authority.ts';

let authority: TestAuthority;
let request: Uint8Array;
beforeAll(async () => {
  authority = await testAuthority();
  request = (await createKeyAndRequest({ subject: 'fe01.contoso.example' })).request;
});

const requester = { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' } as const;
const application = () => ({ profile: 'server', subject: 'fe01.contoso.example', request }) as const;

/** The authority with another way of signing. */
const signingWith = (
  sign: Signer['sign'],
): Pick<TestAuthority, 'anchors' | 'throwAway'> & { issuer: Issuer } => ({
  ...authority,
  issuer: { ...authority.issuer, signer: { ...authority.issuer.signer, sign } },
});

/** To-be-signed fields of a certificate. */
const fieldsOf = (der: Uint8Array): string => {
  const decoded = decodeCertificate(der);
  return decoded.ok ? Buffer.from(decoded.value.tbs).toString('hex') : decoded.error.message;
};

/** A ledger on a disk that the test keeps, whose power goes at the write with this number. */
function failingLedger(disk: LedgerRecord[], writes = Number.POSITIVE_INFINITY): Ledger {
  const state = new LedgerState();
  for (const record of disk) state.apply(record);
  let left = writes;
  return recordingLedger(state, {
    place: 'disk',
    write: async (record) => {
      if (left-- <= 0) throw new Error('power failure');
      disk.push(record);
    },
    close: async () => {},
  });
}

describe('a certificate that is issued', () => {
  it('is told of before the ledger has it, and is revoked where that fails', async () => {
    const ledger = createMemoryLedger();
    const { issuance } = testIssuance(authority, { ledger });
    const told: string[] = [];
    const full = new Error('no space left');
    const refusing = {
      ...application(),
      onSigned: async ({ serialHex }: { serialHex: string }) => {
        told.push(serialHex);
        expect(await ledger.find(issuance.issuer.id, serialHex)).toBeUndefined();
        throw full;
      },
    };
    await expect(issuance.issue(refusing, requester)).rejects.toBe(full);
    expect((await ledger.revoked(issuance.issuer.id, now)).map(({ serialHex }) => serialHex)).toEqual(told);
    expect(await ledger.unfinished(issuance.issuer.id)).toEqual([]);
  });

  it('is withdrawn where the ledger cannot take it, and those who were told of it hear that it is revoked', async () => {
    const ledger = createMemoryLedger();
    const full = new Error('no space left');
    const append = () => Promise.reject(full);
    const { issuance } = testIssuance(authority, { ledger: { ...ledger, append } });
    const told: string[] = [];
    const recording = {
      ...application(),
      onSigned: ({ serialHex }: { serialHex: string }) => void told.push(`signed ${serialHex}`),
      onWithdrawn: ({ serialHex }: { serialHex: string }, reason: string) =>
        void told.push(`${reason} ${serialHex}`),
    };
    await expect(issuance.issue(recording, requester)).rejects.toBe(full);
    const serials = (await ledger.revoked(issuance.issuer.id, now)).map(({ serialHex }) => serialHex);
    expect(serials).toHaveLength(1);
    expect(told).toEqual([`signed ${serials[0]}`, `cessationOfOperation ${serials[0]}`]);
  });

  it('is recorded before it is signed, with the same fields and a signature that nobody accepts', async () => {
    const ledger = createMemoryLedger();
    const known: string[] = [];
    const { issuance } = testIssuance(
      signingWith(async (bytes) => {
        const intents = await ledger.unfinished(authority.issuer.id);
        known.push(...intents.map(({ preCertificate }) => fieldsOf(preCertificate)));
        const [intent] = intents;
        const issuing = new X509Certificate(authority.issuing).publicKey;
        expect(new X509Certificate(intent?.preCertificate as Uint8Array).verify(issuing)).toBe(false);
        return authority.issuer.signer.sign(bytes);
      }) as TestAuthority,
      { ledger },
    );
    const outcome = await issuance.issue(application(), requester);
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    expect(known).toEqual([fieldsOf(outcome.certificate.der)]);
    expect(await ledger.unfinished(authority.issuer.id)).toEqual([]);
  });

  it('is known after a crash at any moment, and on the list where nobody has received it', async () => {
    for (let writes = 0; ; writes++) {
      const disk: LedgerRecord[] = [];
      const signed: string[] = [];
      const watched = signingWith((bytes) => {
        signed.push(Buffer.from(bytes).toString('hex'));
        return authority.issuer.signer.sign(bytes);
      });
      const { issuance } = testIssuance(watched as TestAuthority, { ledger: failingLedger(disk, writes) });
      const received = await issuance.issue(application(), requester).catch(() => undefined);

      const after = failingLedger(disk);
      const revoked = await revokeUnfinished(after, authority.issuer, () => now);
      const publisher = createCrlPublisher({
        issuer: authority.issuer,
        ledger: after,
        clock: () => now,
        objectsUrl,
      });
      await publisher.publish();
      const list = decodeCrl(publisher.current(0)?.der ?? new Uint8Array());
      const listed = list.ok ? [...list.value.entries()].map(({ serialHex }) => serialHex) : undefined;
      expect(listed, `after ${writes} writes`).toEqual(revoked.map(({ serialHex }) => serialHex));
      const { certificates } = await after.list({ limit: 10 });
      const known = [
        ...revoked.map(({ preCertificate }) => fieldsOf(preCertificate)),
        ...certificates.map(({ certificate }) => fieldsOf(certificate)),
      ];
      for (const fields of signed) expect(known, `after ${writes} writes`).toContain(fields);
      if (received?.ok === true) {
        expect(listed).toEqual([]);
        break;
      }
    }
  });

  it('is not signed where the ledger cannot record it first', async () => {
    let signed = 0;
    const watched = signingWith((bytes) => {
      signed++;
      return authority.issuer.signer.sign(bytes);
    });
    const { issuance } = testIssuance(watched as TestAuthority, { ledger: failingLedger([], 0) });
    await expect(issuance.issue(application(), requester)).rejects.toThrow();
    expect(signed).toBe(0);
  });

  it('is revoked where the signer fails: it may have signed', async () => {
    const broken = signingWith(() => {
      throw new Error('the module does not answer');
    });
    const { issuance, ledger } = testIssuance(broken as TestAuthority);
    await expect(issuance.issue(application(), requester)).rejects.toThrow('does not answer');
    expect(await ledger.unfinished(authority.issuer.id)).toEqual([]);
    expect(await ledger.revoked(authority.issuer.id, now)).toHaveLength(1);
  });
});

describe('a certificate that members would refuse', () => {
  const notTrusted = { ok: false, refusal: { reason: 'certificate-not-trusted', status: 503 } };

  it.each([
    [
      'its signature does not verify',
      () => ({ ...signingWith((bytes) => authority.throwAway.sign(bytes)) }) as TestAuthority,
    ],
    [
      'its issuer is below another root',
      async () => ({ ...authority, anchors: (await testAuthority()).anchors }),
    ],
  ])('is not handed out and is revoked: %s', async (_, wrong) => {
    const { issuance, ledger } = testIssuance(await wrong());
    expect(await issuance.issue(application(), requester)).toMatchObject(notTrusted);
    expect((await ledger.list({ limit: 1 })).certificates).toEqual([]);
    expect(await ledger.revoked(authority.issuer.id, now)).toHaveLength(1);
  });

  it('has ended for good, with its reason: a restart neither finds it unfinished nor revokes it again, and the trail has it', async () => {
    const disk: LedgerRecord[] = [];
    const wrong = { ...authority, anchors: (await testAuthority()).anchors };
    const { issuance } = testIssuance(wrong, { ledger: failingLedger(disk) });
    const told: string[] = [];
    const outcome = await issuance.issue(
      {
        ...application(),
        onSigned: ({ serialHex }) => void told.push(`signed ${serialHex}`),
        onWithdrawn: ({ serialHex }, reason) => void told.push(`${reason} ${serialHex}`),
      },
      requester,
    );
    expect(outcome).toMatchObject(notTrusted);
    const after = failingLedger(disk);
    expect(await after.unfinished(authority.issuer.id)).toEqual([]);
    expect(await revokeUnfinished(after, authority.issuer, () => now + 1)).toEqual([]);
    const revoked = await after.revoked(authority.issuer.id, now);
    expect(revoked).toMatchObject([{ revocation: { at: now, reason: 'cessationOfOperation' } }]);
    expect(told).toEqual([`cessationOfOperation ${revoked[0]?.serialHex}`]);
  });

  it('is not handed out where the list of the root is too old, and the remedy is the visit to it', async () => {
    const lists = await listsWith(createMemoryLedger());
    const later = now + 30 * 86_400_000;
    const { issuance } = testIssuance(authority, {
      revocation: () => ({ crls: lists }),
      clock: () => later,
    });
    expect(await issuance.issue(application(), requester)).toMatchObject({
      ok: false,
      refusal: {
        reason: 'certificate-not-trusted',
        message: expect.stringContaining('revocation-stale'),
        remedy: expect.stringContaining('entente ca root request'),
      },
    });
  });

  it('is not handed out where the issuing authority is revoked', async () => {
    const ledger = createMemoryLedger();
    await ledger.revokeForeign(
      { issuer: 'root', serialHex: authority.issuer.certificate.serialHex, notAfter: now },
      { at: now, reason: 'cACompromise' },
    );
    const lists = await listsWith(ledger);
    const { issuance } = testIssuance(authority, { revocation: () => ({ crls: lists }) });
    expect(await issuance.issue(application(), requester)).toMatchObject(notTrusted);
  });

  /** The lists of the root and of the issuing authority, by what a ledger has now. */
  async function listsWith(ledger: ReturnType<typeof createMemoryLedger>) {
    const root = { ...authority.issuer };
    const rootKey = Buffer.from(await crypto.subtle.exportKey('pkcs8', authority.rootKeys.privateKey));
    const [anchor] = authority.anchors;
    if (anchor === undefined) throw new Error('no root');
    const rootIssuer = {
      ...root,
      id: 'root',
      certificate: anchor,
      signer: keySigner(createPrivateKey({ key: rootKey, format: 'der', type: 'pkcs8' })),
    };
    return Promise.all(
      [rootIssuer, authority.issuer].map(async (issuer) => {
        const publisher = createCrlPublisher({ issuer, ledger, clock: () => now, objectsUrl });
        await publisher.publish();
        const list = decodeCrl(publisher.current(0)?.der ?? new Uint8Array());
        if (!list.ok) throw new Error(list.error.message);
        return list.value;
      }),
    );
  }
});

describe('a chain that members refuse', () => {
  it('has one certificate a minute signed, until what it is judged by changes', async () => {
    const other = await testAuthority();
    let time = now;
    let anchors = other.anchors;
    const spent: string[] = [];
    const { issuance, ledger } = testIssuance(authority, { anchors: () => anchors, clock: () => time });
    const ask = (changes: object = {}) =>
      issuance.issue(
        { ...application(), spend: async (keyHash) => void spent.push(keyHash), ...changes },
        requester,
      );
    const signed = async () => (await ledger.revoked(authority.issuer.id, now)).length;
    const refused = await ask();
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'certificate-not-trusted', status: 503 } });
    time += 59_999;
    expect(await ask()).toEqual(refused);
    expect([await signed(), spent.length], 'no token is spent either').toEqual([1, 1]);
    time += 1;
    expect(await ask()).toEqual(refused);
    expect(await signed()).toBe(2);
    time -= 120_000;
    await ask();
    expect(await signed(), 'a clock that was set back').toBe(3);
    anchors = authority.anchors;
    expect(await ask()).toMatchObject({ ok: true });
    expect(await signed()).toBe(3);
  });
});

describe('the key of pre-certificates', () => {
  it('is not that of the authority, and signs with its scheme', () => {
    const same = { throwAway: authority.issuer.signer };
    const other = { throwAway: keySigner(generateKeyPairSync('ed25519').privateKey) };
    for (const wrong of [same, other]) {
      expect(() => testIssuance(authority, { ...wrong, random: randomBytes })).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PKI_BAD_ARGUMENT' }),
      );
    }
  });
});
