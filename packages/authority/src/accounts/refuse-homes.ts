import type { AccountDirectory } from '@entente/accounts/directory';
import type { Problem } from '@entente/pki';
import type { Topology } from '@entente/topology';
import { roleOfHome } from './account-order.ts';

/** What the homes that a topology takes away are judged by. */
export interface RefuseHomesOptions {
  readonly accounts: Pick<AccountDirectory, 'list' | 'place'>;
  /** The topology in force. */
  readonly topology: () => Topology | undefined;
}

/** Users who are named in a refusal. */
const mostNames = 5;

/**
 * Decides whether a topology may take away what is the home of accounts: a front end by itself, or a pool. Their users would be at home
 * where their domain is, without being asked, and their accounts could not be stored as they are. A server of a pool is the home of nobody
 * unless an account names it.
 * @param next - verified
 * @param options - accounts, and the topology in force
 * @param leaveBehind - whether the administrators accept that these users are at home in the pool of their domain
 */
export async function refuseHomes(
  next: Topology,
  { accounts, topology }: RefuseHomesOptions,
  leaveBehind: boolean,
): Promise<Problem | undefined> {
  const inForce = topology();
  if (inForce === undefined || leaveBehind) return undefined;
  const gone = [...inForce.servers.keys(), ...inForce.pools.keys()].filter(
    (home) => roleOfHome(inForce, home) === 'front-end' && roleOfHome(next, home) !== 'front-end',
  );
  for (const home of gone) {
    const found = await usersAt(accounts, home);
    if (!found.ok) return unknown(home, accounts.place, found.why);
    if (found.users.length > 0) return leaving(home, found.users);
  }
  return undefined;
}

async function usersAt(
  accounts: RefuseHomesOptions['accounts'],
  home: string,
): Promise<
  { readonly ok: true; readonly users: readonly string[] } | { readonly ok: false; readonly why: string }
> {
  try {
    const { records } = await accounts.list({ home, limit: mostNames + 1 });
    return { ok: true, users: records.map(({ account }) => account.address) };
  } catch (fault) {
    return { ok: false, why: (fault as Error).message };
  }
}

function leaving(home: string, users: readonly string[]): Problem {
  const more = users.length > mostNames ? ', and more' : '';
  return {
    reason: 'home-in-use',
    message: `this version takes away ${home}, which is the home of the accounts ${users.slice(0, mostNames).join(', ')}${more}`,
    remedy: `give them another home first (entente user move <user> --default, or --home <pool>; entente user list --home ${home} names them all), or publish with --leave-behind: they are at home in the pool of their domain then`,
    status: 422,
  };
}

function unknown(home: string, place: string, why: string): Problem {
  return {
    reason: 'homes-unknown',
    message: `this version takes away ${home}, and the accounts at ${place} cannot be asked whether it is the home of users: ${why}`,
    remedy: `make them reachable, or, in an emergency, publish with --leave-behind: users whose home is ${home} are at home in the pool of their domain then`,
    status: 503,
  };
}
