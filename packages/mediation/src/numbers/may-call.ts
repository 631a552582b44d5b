import type { Account } from '@entente/accounts';
import type { FollowedAccounts } from '@entente/member';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';

/** Who calls a number, or why not. */
export type Caller =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly refusal: RequestRefusal };

/**
 * Whether a user may call numbers of the telephone network. The front end has asked the same; it may not have heard of a change yet.
 * @param user - address of record that the front end vouches for; undefined where it does for none
 * @param accounts - of the domain
 * @param called - what is called, for the sentence
 */
export function mayCall(
  user: string | undefined,
  accounts: Pick<FollowedAccounts, 'isStale' | 'known'>,
  called: string,
): Caller {
  if (accounts.isStale) return refused(accountsStale);
  const account = user === undefined ? undefined : accounts.known.of(user);
  if (account === undefined) {
    return refused(
      refusal(
        'identity-not-authorised',
        403,
        `P-Asserted-Identity: expected a user of ours, found ${user ?? 'none'}`,
        'Look at the front end: it vouches for nobody who is known here.',
      ),
    );
  }
  if (account.state === 'disabled') {
    return refused(
      refusal(
        'account-disabled',
        403,
        `P-Asserted-Identity: expected a user who may sign in, found ${account.address}, whose account is disabled`,
        'Enable the account: entente user enable.',
      ),
    );
  }
  if (account.rights.includes('dial-outside')) return { ok: true, account };
  return refused(
    refusal(
      'dial-outside-not-allowed',
      403,
      `${called}, which ${account.address} has no right to call`,
      'Give the account the right: entente user right --grant dial-outside.',
    ),
  );
}

/** Nothing has confirmed the accounts for too long. */
const accountsStale = refusal(
  'accounts-stale',
  503,
  'expected accounts that were confirmed within the time of the topology, found older ones',
  'Make the directory of accounts reachable again; /readyz says since when it is not.',
);

function refused(why: RequestRefusal): Caller {
  return { ok: false, refusal: why };
}
