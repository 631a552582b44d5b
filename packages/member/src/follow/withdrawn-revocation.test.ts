import type { CertificateList, RevokedCertificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { withdrawnRevocation } from './withdrawn-revocation.ts';

const hour = 3_600_000;
const day = 24 * hour;
const signedAt = Date.parse('2026-06-10T00:00:00.000Z');

type Entry = Pick<RevokedCertificate, 'reason' | 'serialHex'> & { readonly at: number };

const listOf = (entries: readonly Entry[], lifetimeMs: number | undefined = day) => {
  let lookedUp = 0;
  const built = entries.map(
    ({ at, reason, serialHex }) =>
      ({
        serialHex,
        serialNumber: Buffer.from(serialHex, 'hex'),
        reason,
        revocationDate: at,
      }) as unknown as RevokedCertificate,
  );
  const bySerial = new Map(built.map((entry) => [entry.serialHex, entry]));
  const list = {
    thisUpdate: signedAt,
    nextUpdate: signedAt + lifetimeMs,
    entries: () => built.values(),
    lookup(serial: Uint8Array) {
      lookedUp++;
      return bySerial.get(Buffer.from(serial).toString('hex'));
    },
  } as unknown as CertificateList;
  return { list, lookedUp: () => lookedUp };
};
const entry = (serialHex: string, ago: number, reason: Entry['reason'] = 'keyCompromise'): Entry => ({
  serialHex,
  at: signedAt - ago,
  reason,
});
const missed = (known: readonly Entry[], newer: readonly Entry[] = [], isOfRoot = false) =>
  withdrawnRevocation(listOf(newer).list, listOf(known).list, isOfRoot)?.serialHex;

describe('a newer list', () => {
  it('lacks no revocation of the last two lifetimes of a list, whatever was added', () => {
    const known = [entry('0a', 3 * hour), entry('0b', 2 * hour)];
    expect(missed(known, [...known, entry('0c', hour)])).toBeUndefined();
    expect(missed(known, [entry('0a', 3 * hour), entry('0c', hour), entry('0d', hour)])).toBe('0b');
    expect(missed([entry('0a', 2 * day - 1)])).toBe('0a');
    expect(missed([entry('0a', -hour)]), 'the clock of the authority was set back').toBe('0a');
  });

  it('may lack one that is older than two lifetimes: its certificate may have expired', () => {
    expect(missed([entry('0a', 2 * day)])).toBeUndefined();
    const brief = listOf([], hour).list;
    expect(withdrawnRevocation(brief, listOf([entry('0a', 2 * hour)]).list, false)).toBeUndefined();
    expect(withdrawnRevocation(brief, listOf([entry('0a', hour)]).list, false)?.serialHex).toBe('0a');
  });

  it('of a root lacks none for ever', () => {
    expect(missed([entry('0a', 2_000 * day)], [], true)).toBe('0a');
    expect(missed([entry('0a', 2_000 * day)], [entry('0a', 2_000 * day)], true)).toBeUndefined();
  });

  it('may lack one that was on hold, which was released', () => {
    expect(missed([entry('0a', hour, 'certificateHold')])).toBeUndefined();
    expect(missed([entry('0a', hour, 'certificateHold')], [], true)).toBeUndefined();
  });

  it('is asked once for each entry, however many there are', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => entry(at.toString(16).padStart(4, '0'), hour));
    const newer = listOf(many);
    expect(withdrawnRevocation(newer.list, listOf(many).list, false)).toBeUndefined();
    expect(newer.lookedUp()).toBe(many.length);
  });
});
