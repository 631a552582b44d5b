import type { Account, AccountRight, AccountState, Verifiers } from '@entente/accounts';
import { accountRights, parseAccountAddress } from '@entente/accounts';
import type { Problem } from '@entente/pki';
import type { Role, Topology } from '@entente/topology';

/** What an administrator may change of an account: one thing with each order. */
export type AccountChangeOrder =
  | { readonly what: 'password'; readonly verifiers: Verifiers }
  | { readonly what: 'state'; readonly state: AccountState }
  /** Without a home of its own the account is at home where its domain is. */
  | { readonly what: 'home'; readonly home: string | undefined }
  /** Without one the user has no telephone number. */
  | { readonly what: 'number'; readonly number: string | undefined }
  | { readonly what: 'right'; readonly right: AccountRight; readonly isGranted: boolean }
  | { readonly what: 'removal' };

/**
 * Reads what an account is to become.
 * @param value - from an order; nothing of it is checked yet
 * @returns an account of the right shape, which a directory checks; undefined for something else
 */
export function readAccount(value: unknown): Account | undefined {
  if (!isObject(value)) return undefined;
  const { address, home, number, rights = [], state = 'enabled', verifiers = {}, ...others } = value;
  if (Object.keys(others).length > 0 || typeof address !== 'string') return undefined;
  if (home !== undefined && typeof home !== 'string') return undefined;
  if (number !== undefined && typeof number !== 'string') return undefined;
  if (typeof state !== 'string' || !isTexts(verifiers)) return undefined;
  if (!Array.isArray(rights) || !rights.every((right) => typeof right === 'string')) return undefined;
  return {
    address,
    verifiers,
    ...(home === undefined ? {} : { home }),
    state: state as AccountState,
    ...(number === undefined ? {} : { number }),
    rights: rights as AccountRight[],
  };
}

/**
 * Reads what is to be changed of an account.
 * @param order - from an administrator
 * @returns the address and exactly one change; undefined for anything else
 */
export function readChange(
  order: Readonly<Record<string, unknown>>,
): { readonly address: string; readonly change: AccountChangeOrder } | undefined {
  const { address, ...others } = order;
  const [[what, value] = [], ...more] = Object.entries(others);
  if (typeof address !== 'string' || more.length > 0) return undefined;
  if (what === 'verifiers' && isTexts(value))
    return { address, change: { what: 'password', verifiers: value } };
  if (what === 'state' && (value === 'enabled' || value === 'disabled'))
    return { address, change: { what: 'state', state: value } };
  if (what === 'home' && (typeof value === 'string' || value === null))
    return { address, change: { what: 'home', home: value ?? undefined } };
  if (what === 'number' && (typeof value === 'string' || value === null))
    return { address, change: { what: 'number', number: value ?? undefined } };
  if ((what === 'grant' || what === 'revoke') && isRight(value))
    return { address, change: { what: 'right', right: value, isGranted: what === 'grant' } };
  return what === 'remove' && value === true ? { address, change: { what: 'removal' } } : undefined;
}

/**
 * Refuses an account that nobody could use as the topology is: one of a domain that is not ours, or at home where no front end is.
 * @param account - from an order
 * @param topology - the one in force
 */
export function refuseByTopology(
  { address, home }: Pick<Account, 'address' | 'home'>,
  topology: Topology | undefined,
): Problem | undefined {
  const parsed = parseAccountAddress(address);
  // What is wrong with an address that is none, the directory says.
  if (parsed.ok && topology?.isOurDomain(parsed.value.domain) === false) {
    const { domain } = parsed.value;
    return {
      reason: 'domain-not-ours',
      message: `expected a user of a domain of the topology, found ${domain}`,
      remedy: `add the domain with entente topology add domain ${domain} and publish the topology first`,
      status: 422,
    };
  }
  if (home === undefined || topology === undefined) return undefined;
  const role = roleOfHome(topology, home);
  if (role === 'front-end') return undefined;
  return {
    reason: 'home-unknown',
    message: `expected a front end or a pool of front ends as home, found ${role === undefined ? 'a name that the topology does not have' : role}: ${JSON.stringify(home.slice(0, 253))}`,
    remedy: 'name one that entente topology draw shows, or publish the topology that adds it first',
    status: 422,
  };
}

/** What is said of an account that stays as it is although no front end has the name of its home any more. */
export function homeGone({ address, home = '' }: Pick<Account, 'address' | 'home'>): Problem {
  return {
    reason: 'home-unknown',
    message: `${address} is at home in the pool of the domain: the topology has ${home} no longer, which the account names`,
    remedy: `entente user move ${address} --default, or --home <pool>`,
    status: 422,
  };
}

/**
 * The role of the server or the pool with the name of a home: users are at home at front ends.
 * @returns undefined where the topology has no such name
 */
export function roleOfHome({ pools, servers }: Topology, home: string): Role | undefined {
  return servers.get(home)?.role ?? pools.get(home)?.role;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRight(value: unknown): value is AccountRight {
  return accountRights.some((right) => right === value);
}

/** Whether a value is an object whose members are all text. */
export function isTexts(value: unknown): value is Verifiers {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
