import type { Verifiers } from '@entente/accounts';
import type { ChangedAccount, KnownAccounts } from '@entente/accounts/feed';

/** Why the verifiers of a user were not changed. */
export interface VerifiersRefusal {
  /** Stable literal of the directory, or of the authority. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

/** The accounts of the domain, as the authority keeps them, or a directory that this server reads itself. */
export interface FollowedAccounts {
  /**
   * Whether nothing has confirmed them for so long that no request may be accepted by them. Never so where the authority feeds them: a member
   * that does not hear of its authority for that long believes no topology either.
   */
  readonly isStale: boolean;
  /** When they were last known to be the present ones, milliseconds since 1970; undefined where the authority feeds them, or they were never read. */
  readonly confirmedAt: number | undefined;
  /** What is known now; the same object for good, whose content changes. */
  readonly known: Pick<KnownAccounts, 'all' | 'find' | 'of' | 'size' | 'versionOf' | 'withNumber'>;
  /**
   * @param listener - called after accounts have changed, with those that are not what they were. The first one is called at once with what has
   * changed since an earlier run of this server: what that has kept of users may be over
   * @returns stops it
   */
  onChange(listener: (changes: readonly ChangedAccount[]) => void): () => void;
  /**
   * Changes the verifiers of a user who has proven the present password. Without it users cannot change their passwords here.
   * @param address - canonical
   * @param from - all verifiers that the account has now
   * @param to - those of the new password
   * @returns why not; or undefined, once the change is stored, and is in {@link known} where it could be read again
   * @throws where nobody answers: the change may have been made all the same
   */
  changeVerifiers?(address: string, from: Verifiers, to: Verifiers): Promise<VerifiersRefusal | undefined>;
}
