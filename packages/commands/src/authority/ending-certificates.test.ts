import { describe, expect, it } from 'vitest';
import type { ListedCertificate } from './certificates.ts';
import { endingCertificates, heldCertificates } from './ending-certificates.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 27);
const db1 = 'db1.contoso.example';
const holders = { stores: new Set([db1]), own: undefined };

let serial = 0;
const ending = (
  profile: string,
  subject: string,
  days: number,
  more: Partial<ListedCertificate> = {},
): ListedCertificate => ({
  serial: (++serial).toString(16),
  profile,
  subject,
  commonName: subject,
  notBefore: now + (days - 90) * day,
  notAfter: now + days * day,
  issuedAt: now + (days - 90) * day,
  requester: 'administrator:alice',
  ...more,
});

describe('certificates that nobody renews', () => {
  it('of administrators and stores need attention in their last two weeks', () => {
    const soon = [ending('administrator', 'bob', 13), ending('store', db1, 13)];
    expect(endingCertificates(soon, holders, now)).toEqual([
      'the certificate of the administrator bob expires at 2026-12-10T00:00:00Z: they renew it with entente cert renew',
      `the certificate of the store ${db1} expires at 2026-12-10T00:00:00Z: entente cert issue --csr <file> --server ${db1}`,
    ]);
    const later = [ending('administrator', 'bob', 15), ending('store', db1, 15)];
    expect(endingCertificates(later, holders, now)).toEqual([]);
  });

  it('need none where there is a newer one, and one that is revoked is not newer', () => {
    const old = ending('administrator', 'bob', 3);
    expect(endingCertificates([ending('administrator', 'bob', 80), old], holders, now)).toEqual([]);
    const revoked = ending('administrator', 'bob', 80, { revocation: { at: now, reason: 'superseded' } });
    expect(endingCertificates([old, revoked], holders, now)).toHaveLength(1);
  });

  it('that have ended need attention where they are of a store of the topology', () => {
    const ended = [ending('administrator', 'bob', -1), ending('store', db1, -1)];
    expect(endingCertificates(ended, holders, now)).toEqual([
      expect.stringMatching(/^the certificate of the store db1\.contoso\.example has expired at 2026-11-26T/),
    ]);
    expect(endingCertificates(ended, { ...holders, stores: new Set() }, now)).toEqual([]);
  });

  it('of the caller are judged by the file', () => {
    const own = ending('administrator', 'alice', 3);
    expect(endingCertificates([own], { ...holders, own: own.serial }, now)).toEqual([]);
  });
});

describe('certificates that are on hold', () => {
  const held = { at: now, reason: 'certificateHold' };

  it('need attention, of administrators and of stores of the topology, and can be released', () => {
    const bob = ending('administrator', 'bob', 80, { revocation: held });
    const store = ending('store', db1, 80, { revocation: held });
    const other = ending('store', 'db2.contoso.example', 80, { revocation: held });
    expect(heldCertificates([bob, store, other], holders.stores, now)).toEqual([
      {
        serial: bob.serial,
        message: `the certificate of the administrator bob, ${bob.serial}, is on hold since 2026-11-27T00:00:00Z`,
      },
      {
        serial: store.serial,
        message: `the certificate of the store ${db1}, ${store.serial}, is on hold since 2026-11-27T00:00:00Z`,
      },
    ]);
  });

  it('need none once there is one that is valid, once they have ended, and where they are revoked for good', () => {
    const bob = ending('administrator', 'bob', 80, { revocation: held });
    const next = ending('administrator', 'bob', 70);
    expect(heldCertificates([bob, next], holders.stores, now)).toEqual([]);
    expect(
      heldCertificates([ending('administrator', 'bob', -1, { revocation: held })], holders.stores, now),
    ).toEqual([]);
    const gone = ending('administrator', 'bob', 80, { revocation: { at: now, reason: 'superseded' } });
    expect(heldCertificates([gone], holders.stores, now)).toEqual([]);
  });
});
