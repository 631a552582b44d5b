import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * Refuses a key that is blocked.
 * @param ledger - of the authority
 * @param keyHash - of the key
 */
export async function refuseBlocked(
  ledger: Pick<Ledger, 'blockedKey'>,
  keyHash: string,
): Promise<PkiRefusal | undefined> {
  const why = await ledger.blockedKey(keyHash);
  return why === undefined
    ? undefined
    : refuse(
        'key-compromised',
        `the key ${keyHash.slice(0, 16)} is blocked since ${new Date(why.at).toISOString()} (${why.reason})`,
        'generate a new key, and find out who has the old one',
      );
}
