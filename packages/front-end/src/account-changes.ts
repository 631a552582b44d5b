import type { ChangedAccount } from '@entente/accounts/feed';
import type { FollowedAccounts } from '@entente/member';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';

/**
 * Whether a user is now at home in another pool, where the devices will register.
 * @param topology - in force
 * @param change - of an account
 */
export function movesAway(topology: Topology, { address, after, before }: ChangedAccount): boolean {
  const [old, next] = [before, after].map((account) => topology.homeServer(address, account?.home));
  return old !== next && (old?.pool === undefined || old.pool !== next?.pool);
}

/**
 * Whether a user may sign in.
 * @param accounts - undefined where none are kept: every user with credentials may
 * @param aor - address of record
 */
export function maySignIn(accounts: Pick<FollowedAccounts, 'known'> | undefined, aor: string): boolean {
  return accounts === undefined || accounts.known.of(aor)?.state === 'enabled';
}

/**
 * The refusal of a request of a user who may not sign in.
 * @param address - of record
 * @param field - that names the user
 */
export function signedOut(address: string, field: 'P-Asserted-Identity' | 'To' = 'To'): RequestRefusal {
  return refusal(
    'account-disabled',
    403,
    `${field}: expected a user who may sign in, found ${address}, whose account is disabled or was removed`,
    'Ask an administrator, who enables the account with entente user enable.',
  );
}

/** Why a user was signed out. */
export type SignOutCause = 'disabled' | 'removed' | 'password-set';

/** @param change - that ends what its user has signed in to */
export function signOutCause({ after }: ChangedAccount): SignOutCause {
  if (after === undefined) return 'removed';
  return after.state === 'enabled' ? 'password-set' : 'disabled';
}
