import type { CertificateList } from '@entente/x509';

/** A CRL that came, and when. */
export interface KnownList {
  readonly crl: CertificateList;
  /** When the same bytes came first, milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Whether a CRL was signed before another one of the same scope. Times are in whole seconds; the CRL number orders two CRLs of one second
 * (RFC 5280 §5.2.3). Where CRLs have no number, the times alone decide.
 *
 * @param crl - the CRL that comes
 * @param known - the one in force
 * @param now - milliseconds since the epoch
 */
export function isOlder(crl: CertificateList, { crl: than, since }: KnownList, now: number): boolean {
  const [number, before] = [crl.crlNumber ?? 0n, than.crlNumber ?? 0n];
  if (crl.thisUpdate === than.thisUpdate) return number < before;
  // The clock of its issuer was ahead when it came, also where its time has come since; or it is by the clock here, which was ahead as well when it
  // came. The number says which of them was signed later.
  const wasAhead = than.thisUpdate > Math.min(since, now) && number > before;
  return crl.thisUpdate < than.thisUpdate && !wasAhead;
}
