import { type AccountVersion, isAccountVersion, isBefore, isOfOneEpoch } from '@entente/accounts/feed';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { Sender } from '@entente/sip-relay';

/**
 * By which version of the account the user of a REGISTER has authenticated.
 * @param sender - of the REGISTER
 * @returns undefined where it is not told: an earlier version of the software tells none
 */
export function provenVersion({
  accountVersion: version,
}: Pick<Sender, 'accountVersion'>): AccountVersion | undefined {
  return isAccountVersion(version) ? version : undefined;
}

/** Users of whom it is known since which version they have to sign in again; of more the first are forgotten. */
const maxUsers = 10_000;

/**
 * Since which version of their accounts users have to sign in again. Another server that authenticates users may hear of it later, and then sends
 * on what a password has proven that counts no more.
 */
export class EndedVersions {
  readonly #since = new Map<string, AccountVersion>();

  /**
   * What a user had signed in to has ended.
   * @param user - address of record
   * @param version - of the account since then; undefined where it is not told, and nothing is kept
   */
  ended(user: string, version: AccountVersion | undefined): void {
    if (version === undefined) return;
    this.#since.delete(user);
    this.#since.set(user, version);
    if (this.#since.size <= maxUsers) return;
    for (const first of this.#since.keys()) {
      this.#since.delete(first);
      return;
    }
  }

  /**
   * Whether a user has authenticated by an account that has ended.
   * @param user - address of record
   * @param sender - of a REGISTER of that user
   * @param known - version of the account that is known here now
   */
  isOver(user: string, sender: Pick<Sender, 'accountVersion'>, known: AccountVersion | undefined): boolean {
    let since = this.#since.get(user);
    if (since === undefined) return false;
    // All accounts were read again since: the one that is known now has what had changed.
    if (known !== undefined && !isOfOneEpoch(since, known)) {
      since = known;
      this.#since.set(user, known);
    }
    const version = provenVersion(sender);
    return version !== undefined && isBefore(version, since);
  }
}

/** The refusal of a REGISTER of a user whose account has ended what was proven. The one that comes next is challenged by a server that knows. */
export const provenBefore: RequestRefusal = refusal(
  'accounts-stale',
  500,
  'REGISTER: expected proof of the present password, found that of one before: the server that has asked for it had not heard of the change',
  'Register again: each server hears of a change within a second.',
  [['Retry-After', '2']],
);
