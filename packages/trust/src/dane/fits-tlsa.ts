import type { Certificate } from '@entente/x509';
import { digestOf } from '../signatures/digest.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import type { TlsaRecord } from './tlsa-record.ts';

/** Digests by matching type, with their length. */
const digests = new Map([
  [1, { name: 'sha256', length: 32 }],
  [2, { name: 'sha512', length: 64 }],
]);
/** More records than any host publishes; the rest is ignored. */
const mostRecords = 64;

/**
 * Compares a validated path with TLSA records.
 *
 * Usages 1 and 3 are about the leaf, 0 and 2 about an authority above it, the anchor included. The path is validated whatever
 * the usage, so 2 and 3 require no less than 0 and 1. Of records that differ only in the digest the strongest counts.
 *
 * @param records - of one host and port
 * @param chain - leaf first, the anchor not included
 * @param anchor - certificate of the anchor
 * @returns whether one matches; `unusable` where no record can be used, which counts as if there were none
 * @see RFC 6698 §2.1, §4.1, RFC 7671 §9, RFC 7673 §4
 */
export function fitsTlsa(
  records: readonly TlsaRecord[],
  chain: readonly Certificate[],
  anchor: Certificate,
): 'fits' | 'differs' | 'unusable' {
  const usable = records.slice(0, mostRecords).filter(isUsable);
  if (usable.length === 0) return 'unusable';
  const leaf = chain.slice(0, 1);
  const authorities = [...chain.slice(1), anchor];
  const fits = usable
    .filter((record) => !usable.some((other) => isStronger(other, record)))
    .some((record) => (isOfLeaf(record) ? leaf : authorities).some((one) => matches(record, one)));
  return fits ? 'fits' : 'differs';
}

function isUsable({ usage, selector, matching, data }: TlsaRecord): boolean {
  if (!(usage === 0 || usage === 1 || usage === 2 || usage === 3)) return false;
  if (!(selector === 0 || selector === 1)) return false;
  return matching === 0 ? data.length > 0 : digests.get(matching)?.length === data.length;
}

function isStronger(other: TlsaRecord, record: TlsaRecord): boolean {
  return (
    record.matching !== 0 &&
    other.matching > record.matching &&
    other.usage === record.usage &&
    other.selector === record.selector
  );
}

function isOfLeaf({ usage }: TlsaRecord): boolean {
  return usage === 1 || usage === 3;
}

function matches({ selector, matching, data }: TlsaRecord, certificate: Certificate): boolean {
  const selected = selector === 0 ? certificate.der : certificate.publicKey.der;
  const digest = digests.get(matching);
  return sameBytes(data, digest === undefined ? selected : digestOf(digest.name, selected));
}
