import type { AccountDirectory, AccountHome } from '@entente/accounts/directory';
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
