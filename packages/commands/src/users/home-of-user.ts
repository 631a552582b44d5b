import type { TopologyDocument } from '@entente/topology';
import { shellWord } from '@entente/trust';

/** Where a user is at home, and what says so; the first of them counts. */
export interface UserHome {
  /** FQDN of a pool or a server. */
  readonly home: string;
  readonly says: 'topology' | 'account' | 'domain';
}

/**
 * Finds what says where a user is at home: the entry of the signed topology, the account, the domain.
 * @param document - in force
 * @param address - canonical
 * @param ofAccount - the home that the account names
 * @returns undefined where nothing does: the user can never register
 */
export function homeOfUser(
  { domains, users }: Pick<TopologyDocument, 'domains' | 'users'>,
  address: string,
  ofAccount: string | undefined,
): UserHome | undefined {
  const entry = users !== undefined && Object.hasOwn(users, address) ? users[address] : undefined;
  if (entry !== undefined) return { home: entry, says: 'topology' };
  if (ofAccount !== undefined) return { home: ofAccount, says: 'account' };
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const pool = domains.find(({ name }) => name === domain)?.pool;
  return pool === undefined ? undefined : { home: pool, says: 'domain' };
}

const givePool =
  'give the domain a pool: entente topology add pool <fqdn> --role front-end --home, name it as pool of the front ends, sign, publish';

/**
 * What to say of users of a file who have no home.
 * @param addresses - canonical, of all of them
 * @param most - users that are named
 */
export function withoutHomeOfFile(
  addresses: readonly string[],
  most: number,
): { readonly lines: readonly string[]; readonly next: readonly string[] } {
  if (addresses.length === 0) return { lines: [], next: [] };
  const domains = [...new Set(addresses.map((address) => address.slice(address.lastIndexOf('@') + 1)))];
  const [named, more] = [domains.slice(0, most), domains.length - most];
  const whose = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${domains.length === 1 ? 'has' : 'have'}`;
  const have = addresses.length === 1 ? 'user of the file has' : 'users of the file have';
  return {
    lines: [`${addresses.length} ${have} no home yet, and cannot register: ${whose} no pool`],
    next: [givePool, 'or give them a home: entente user move <address> --home <front end>'],
  };
}

/**
 * What to say of a user who has no home.
 * @param address - canonical
 */
export function withoutHome(address: string): { readonly line: string; readonly next: readonly string[] } {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return {
    line: `${address} has no home yet, and cannot register: ${domain} has no pool`,
    next: [givePool, `or give the user a home: entente user move ${shellWord(address)} --home <front end>`],
  };
}
