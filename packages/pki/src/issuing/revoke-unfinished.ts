import type { Issuer } from '../ground/issuer.ts';
import type { Clock } from '../ground/signer.ts';
import type { IssuanceIntent, Ledger } from '../ledger/ledger.ts';

/**
 * Revokes what was about to be signed when the authority stopped: whether the key has signed it is not known, and nobody has
 * received it. Call it at start, before the first list of revoked certificates is signed.
 * @param ledger - of the authority
 * @param issuer - whose intents they are
 * @param clock - the time of the revocation
 * @param since - those that were intended up to then are left alone, milliseconds since 1970: where the ledger is that of a backup, what was
 *   under way when it was taken may have been finished and received since. Default: none
 * @returns what was revoked, for the log
 */
export async function revokeUnfinished(
  ledger: Ledger,
  issuer: Issuer,
  clock: Clock,
  since = Number.NEGATIVE_INFINITY,
): Promise<readonly IssuanceIntent[]> {
  const intents = (await ledger.unfinished(issuer.id)).filter(({ intendedAt }) => intendedAt > since);
  for (const { serialHex } of intents) {
    await ledger.revoke(issuer.id, serialHex, { at: clock(), reason: 'cessationOfOperation' });
  }
  return intents;
}
