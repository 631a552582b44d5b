import type { AccountDirectory, AccountHome, AccountsOutside } from '@entente/accounts/directory';
import type { Topology } from '@entente/topology';
import { roleOfHome } from './account-order.ts';

/**
 * Homes of accounts that no front end and no pool of front ends has any more, because a version was published with `--leave-behind`: their users
 * are at home in the pool of their domain until somebody gives them another home.
 * @param accounts - all of them
 * @param topology - in force; before the first one nothing is gone
 */
export async function homesGone(
  accounts: Pick<AccountDirectory, 'homes'>,
  topology: Topology | undefined,
): Promise<readonly AccountHome[]> {
  if (topology === undefined) return [];
  const homes = (await accounts.homes?.()) ?? [];
  return homes.filter(({ home }) => roleOfHome(topology, home) !== 'front-end');
}

/**
 * Accounts in domains that the topology does not have any more, for the same reason: their users cannot sign in.
 * @param accounts - all of them
 * @param topology - in force; before the first one nothing is gone
 */
export async function domainsGone(
  accounts: Pick<AccountDirectory, 'outside'>,
  topology: Topology | undefined,
): Promise<AccountsOutside> {
  const domains = topology?.document.domains.map(({ name }) => name);
  return (domains && (await accounts.outside?.(domains))) ?? { users: 0, first: [] };
}
