import { listMarginMs } from '@entente/pki';
import type { Ledger } from '@entente/pki/ledger';
import { validAt } from '../valid-certificates.ts';

/**
 * When the last certificate of an issuing authority ends, whatever is known of it: recorded, about to be signed, or revoked without being
 * recorded.
 * @param ledger - of the authority
 * @param issuer - see `issuerId`; it must not issue any more
 * @param now - milliseconds since 1970
 * @returns milliseconds since 1970; 0 where each has ended so long ago that its list is not needed
 */
export async function lastEndOf(
  ledger: Pick<Ledger, 'list' | 'revoked' | 'unfinished'>,
  issuer: string,
  now: number,
): Promise<number> {
  const ended = now - listMarginMs;
  let last = 0;
  for await (const certificate of validAt(ledger, ended)) {
    if (certificate.issuer === issuer) last = Math.max(last, certificate.notAfter);
  }
  for (const { notAfter } of await ledger.unfinished(issuer)) last = Math.max(last, notAfter);
  for (const { notAfter } of await ledger.revoked(issuer, ended)) last = Math.max(last, notAfter);
  return last;
}

/**
 * Counts the certificates that are neither expired nor revoked, nor below a revoked issuing authority, by their issuing authority.
 * @param ledger - of the authority
 * @param revokedIssuers - ids of the issuing authorities that are revoked
 * @param now - milliseconds since 1970
 */
export async function countValid(
  ledger: Pick<Ledger, 'list'>,
  revokedIssuers: ReadonlySet<string>,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const { issuer, revocation } of validAt(ledger, now)) {
    if (revocation === undefined && !revokedIssuers.has(issuer))
      counts.set(issuer, (counts.get(issuer) ?? 0) + 1);
  }
  return counts;
}
