import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import {
  createCrl,
  createCrlPublisher,
  createIssuer,
  createRevocationDesk,
  objectsHandler,
  type RevocationReason,
  revocationReasonCodes,
} from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import { keySigner } from '@entente/pki/node';
import { decodeCrl } from '@entente/x509';
import * as peculiar from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { now, objectsUrl, type TestAuthority, testAuthority, testIssuance } from './authority.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await testAuthority();
});

function scene(options: { shards?: number } = {}) {
  const time = { now };
  const clock = () => time.now;
  const { issuance, ledger } = testIssuance(authority, { clock, ...options });
  const publisher = createCrlPublisher({ issuer: authority.issuer, ledger, clock, objectsUrl, ...options });
  const desk = createRevocationDesk(ledger, publisher, clock);
  const issue = async (): Promise<string> => {
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(
      { profile: 'server', subject: 'fe01.contoso.example', request: key.request },
      { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    return outcome.certificate.serialHex;
  };
  const list = (shard = 0) => {
    const published = publisher.current(shard);
    const decoded = published && decodeCrl(published.der);
    if (!decoded?.ok) throw new Error('no list that can be read');
    return decoded.value;
  };
  return { time, clock, ledger, publisher, desk, issue, list };
}

describe('a revocation list', () => {
  it('is read the same way by @peculiar/x509, which verifies its signature', async () => {
    const revoked = (['keyCompromise', 'superseded', 'unspecified'] as const).map((reason, index) => ({
      serialHex: `0${index + 1}ff`,
      notAfter: now,
      revocation: { at: now - 1000, reason },
    }));
    const der = await createCrl(authority.issuer, {
      number: 300,
      thisUpdate: now,
      nextUpdate: now + 86_400_000,
      revoked,
    });
    const list = new peculiar.X509Crl(der);
    const issuing = new peculiar.X509Certificate(authority.issuing);
    expect(await list.verify({ publicKey: issuing.publicKey }, webcrypto)).toBe(true);
    expect(list.entries.map(({ serialNumber, reason }) => [serialNumber, reason])).toEqual([
      ['01ff', peculiar.X509CrlReason.keyCompromise],
      ['02ff', peculiar.X509CrlReason.superseded],
      ['03ff', undefined],
    ]);
    expect(list.nextUpdate?.getTime()).toBe(now + 86_400_000);
    const decoded = decodeCrl(der);
    expect(decoded.ok && decoded.value.crlNumber).toBe(300n);
  });

  it('carries every serial number, date and reason that it was given', async () => {
    const reasons = Object.keys(revocationReasonCodes) as RevocationReason[];
    const serial = fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .map((bytes) => Buffer.from([(bytes[0] as number) & 0x7f || 1, ...bytes.subarray(1)]).toString('hex'));
    const entry = fc.record({
      serialHex: serial,
      notAfter: fc.constant(now),
      revocation: fc.record({
        at: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
        reason: fc.constantFrom(...reasons),
      }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entry, { selector: ({ serialHex }) => serialHex, maxLength: 30 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        async (revoked, number) => {
          const der = await createCrl(authority.issuer, {
            number,
            thisUpdate: now,
            nextUpdate: now + 1000,
            revoked,
          });
          const decoded = decodeCrl(der);
          if (!decoded.ok) throw new Error(decoded.error.message);
          expect(decoded.value.crlNumber).toBe(BigInt(number));
          expect(decoded.value.entryCount).toBe(revoked.length);
          for (const { serialHex, revocation } of revoked) {
            const found = decoded.value.lookup(Buffer.from(serialHex, 'hex'));
            expect(found?.revocationDate).toBe(revocation.at);
            expect(found?.reason ?? 'unspecified').toBe(revocation.reason);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('publishing', () => {
  it('lists a certificate from the moment it is revoked, with a rising number', async () => {
    const { publisher, desk, issue, list } = scene();
    await publisher.publish();
    const serial = await issue();
    expect(list().entryCount).toBe(0);
    const outcome = await desk.revoke(serial, 'keyCompromise');
    expect(outcome).toEqual({ ok: true, serials: [serial], crlNumber: 2 });
    expect(list().lookup(Buffer.from(serial, 'hex'))?.reason).toBe('keyCompromise');
  });

  it('revokes every live certificate of a server at once', async () => {
    const { desk, issue, list } = scene();
    const serials = [await issue(), await issue()];
    expect(await desk.revokeSubject('fe01.contoso.example', 'cessationOfOperation')).toMatchObject({
      serials,
    });
    expect(list().entryCount).toBe(2);
    const again = await desk.revokeSubject('fe01.contoso.example', 'cessationOfOperation');
    expect(again, 'no list was signed for it').toEqual({ ok: true, serials: [], crlNumber: undefined });
    expect(await desk.revokeAll(serials, 'superseded')).toEqual({ serials: [], crlNumber: undefined });
    expect(Number(list().crlNumber)).toBe(1);
  });

  it('refuses to revoke what was never issued, and what is revoked already', async () => {
    const { desk, issue } = scene();
    expect(await desk.revoke('0a', 'superseded')).toMatchObject({
      refusal: { reason: 'certificate-unknown' },
    });
    const serial = await issue();
    await desk.revoke(serial, 'superseded');
    expect(await desk.revoke(serial, 'superseded')).toMatchObject({
      refusal: { reason: 'certificate-already-revoked' },
    });
  });

  it('never replaces a list by one that saw less, however the calls interleave', async () => {
    const { desk, issue, list } = scene();
    const serials = await Promise.all(Array.from({ length: 8 }, issue));
    const outcomes = await Promise.all(serials.map((serial) => desk.revoke(serial, 'superseded')));
    const numbers = outcomes.map((outcome) => (outcome.ok ? outcome.crlNumber : 0));
    expect(list().entryCount).toBe(8);
    expect(Number(list().crlNumber)).toBe(Math.max(...numbers));
  });

  it('signs one list for calls that arrive while an earlier one waits, and another for one that arrives later', async () => {
    const { desk, issue, list, publisher } = scene();
    const serials = await Promise.all(Array.from({ length: 30 }, issue));
    await Promise.all(serials.slice(0, 29).map((serial) => desk.revoke(serial, 'superseded')));
    expect(Number(list().crlNumber)).toBeLessThanOrEqual(2);
    const running = publisher.publish();
    // From here on the list that is signed may have read the ledger already.
    await Promise.resolve();
    await Promise.resolve();
    const late = await desk.revoke(serials[29] ?? '', 'superseded');
    expect(late.ok ? late.crlNumber : 0).toBeGreaterThan(await running);
    expect(list().entryCount).toBe(30);
  });

  it('signs one list for any number of certificates that are revoked together', async () => {
    const { desk, issue, list } = scene();
    const serials = await Promise.all(Array.from({ length: 30 }, issue));
    const outcome = await desk.revokeAll([...serials, '0a'], 'cessationOfOperation');
    expect(outcome).toEqual({ serials, crlNumber: 1 });
    expect(list().entryCount).toBe(30);
  });

  it('is due at once after it failed, and the list stays as it was', async () => {
    const sound = createMemoryLedger();
    let full = false;
    const ledger: Ledger = {
      ...sound,
      nextCrlNumber: (issuer) => (full ? Promise.reject(new Error('no space')) : sound.nextCrlNumber(issuer)),
    };
    const publisher = createCrlPublisher({
      issuer: authority.issuer,
      ledger,
      clock: () => now,
      objectsUrl,
    });
    await publisher.publish();
    full = true;
    await expect(publisher.publish()).rejects.toThrow('no space');
    expect(publisher.current(0)?.number).toBe(1);
    expect(publisher.nextPublication()).toBe(now);
    full = false;
    expect(await publisher.publish()).toBe(2);
    expect(publisher.nextPublication()).toBeGreaterThan(now);
  });

  it('keeps an expired certificate listed until a list was issued after its end, and then drops it', async () => {
    const { desk, issue, list, publisher, time } = scene();
    const serial = await issue();
    await desk.revoke(serial, 'superseded');
    time.now = now + 7 * 86_400_000 + 1000;
    await publisher.publish();
    expect(list().entryCount).toBe(1);
    time.now += 2 * 86_400_000 + 1000;
    await publisher.publish();
    expect(list().entryCount).toBe(0);
  });

  it('keeps one that was revoked after its end for as long as members miss it: two lifetimes from then', async () => {
    const day = 86_400_000;
    const { desk, issue, list, publisher, time } = scene();
    const serial = await issue();
    const late = await issue();
    time.now += 7 * day + 1.5 * day;
    await desk.revoke(serial, 'keyCompromise');
    for (const [wait, entries] of [
      [0, 1],
      [2 * day, 1],
      [1000, 0],
    ] as const) {
      time.now += wait;
      await publisher.publish();
      expect([wait, list().entryCount]).toEqual([wait, entries]);
    }
    await desk.revoke(late, 'keyCompromise');
    expect(list().entryCount, 'one whose end is further back is on none').toBe(0);
  });

  it('lives 24 hours and is due again after 12', async () => {
    const { publisher, list } = scene();
    expect(publisher.nextPublication()).toBe(now);
    await publisher.publish();
    expect(list().nextUpdate).toBe(now + 86_400_000);
    expect(publisher.nextPublication()).toBe(now + 43_200_000);
  });

  it('spreads a sharded issuer over lists that each say what they cover', async () => {
    const { desk, issue, list } = scene({ shards: 4 });
    const serials = await Promise.all(Array.from({ length: 12 }, issue));
    for (const serial of serials) await desk.revoke(serial, 'superseded');
    for (const serial of serials) {
      const octets = Buffer.from(serial, 'hex');
      const shard = octets.readUInt16BE(octets.length - 2) % 4;
      const holders = [0, 1, 2, 3].filter((index) => list(index).lookup(octets) !== undefined);
      expect(holders).toEqual([shard]);
      expect(list(shard).issuingDistributionPoint?.name).toEqual({
        type: 'full',
        names: [{ type: 'uri', value: `${objectsUrl}/crl/${authority.issuer.id}/${shard}.crl` }],
      });
    }
  });
});

describe('the handler of signed objects', () => {
  const get = (path: string, init: RequestInit = {}) => new Request(`${objectsUrl}${path}`, init);

  async function served() {
    const { publisher, clock } = scene();
    await publisher.publish();
    const { issuer } = authority;
    const handler = objectsHandler(
      [
        {
          certificate: authority.issuing,
          publicKey: issuer.certificate.publicKey.der,
          crl: (shard) => publisher.current(shard),
        },
      ],
      clock,
    );
    return { handler, id: issuer.id, der: publisher.current(0)?.der as Uint8Array };
  }

  it('serves the list as application/pkix-crl at the path that certificates name', async () => {
    const { handler, id, der } = await served();
    const response = await handler(get(`/crl/${id}/0.crl`));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/pkix-crl');
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(der);
  });

  it('serves the issuer as application/pkix-cert', async () => {
    const { handler, id } = await served();
    for (const path of [`/issuer/${id}.cer`, '/issuer']) {
      const response = await handler(get(path));
      expect(response.headers.get('content-type')).toBe('application/pkix-cert');
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(authority.issuing);
    }
  });

  it('tells a caller that has the list so', async () => {
    const { handler, id } = await served();
    const etag = (await handler(get(`/crl/${id}/0.crl`))).headers.get('etag') as string;
    const response = await handler(get(`/crl/${id}/0.crl`, { headers: { 'if-none-match': etag } }));
    expect(response.status).toBe(304);
    expect(await response.text()).toBe('');
  });

  it('answers HEAD with the headers alone', async () => {
    const { handler, id, der } = await served();
    const response = await handler(get(`/crl/${id}/0.crl`, { method: 'HEAD' }));
    expect(response.headers.get('content-length')).toBe(String(der.length));
    expect(await response.text()).toBe('');
  });

  it('refuses to be written to', async () => {
    const { handler, id } = await served();
    const response = await handler(get(`/crl/${id}/0.crl`, { method: 'POST' }));
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await response.json()).toMatchObject({ status: 405, detail: 'The method is not allowed here.' });
  });

  for (const path of [
    '/',
    '/crl',
    '/crl/x/0.crl',
    '/crl/ID/1.crl',
    '/crl/ID/00.crl',
    '/crl/ID/-0.crl',
    '/crl/ID/0.crl/',
    '/crl/ID/0.pem',
    '/issuer/x.cer',
    '/issuer/ID',
    '/enrol',
    '/topology',
  ]) {
    it(`has nothing at ${path}`, async () => {
      const { handler, id } = await served();
      const response = await handler(get(path.replace('ID', id)));
      expect(await response.json()).toEqual({
        type: 'about:blank',
        status: 404,
        detail: 'There is nothing at this path.',
      });
    });
  }
});

describe('an issuer', () => {
  it('is refused with the key of another', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const unrelated = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    await expect(createIssuer(authority.issuing, unrelated)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_KEY_MISMATCH',
    });
  });

  it('is refused with a certificate that is not one of an authority', async () => {
    const { issuance } = testIssuance(authority);
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(
      { profile: 'server', subject: 'fe01.contoso.example', request: key.request },
      { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' },
    );
    const leaf = outcome.ok ? outcome.certificate.der : randomBytes(1);
    const own = keySigner(createPrivateKey(key.privateKeyPem));
    await expect(createIssuer(leaf, own)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
  });
});
