import type { AccountDirectory } from '@entente/accounts/directory';
import type { Problem } from '@entente/pki';
import type { Topology } from '@entente/topology';

/** What the domains that a topology takes away are judged by. */
export interface RefuseDomainsOptions {
  readonly accounts: Pick<AccountDirectory, 'list' | 'place'>;
  /** The topology in force. */
  readonly topology: () => Topology | undefined;
}

/** Users who are named in a refusal. */
const mostNames = 5;
/** Accounts that are read at once. */
const pageSize = 1_000;

/**
 * Decides whether a topology may take away a domain: the users of its accounts could not sign in any more, and nobody would reach them. That is also
 * how a domain is renamed by mistake, because an account stays in the domain that its password belongs to.
 * @param next - verified
 * @param options - accounts, which are read to the end where a domain goes that has none, and the topology in force
 * @param leaveBehind - whether the administrators accept it
 */
export async function refuseDomains(
  next: Topology,
  { accounts, topology }: RefuseDomainsOptions,
  leaveBehind: boolean,
): Promise<Problem | undefined> {
  const inForce = topology();
  if (inForce === undefined || leaveBehind) return undefined;
  const stays = new Set(next.document.domains.map(({ name }) => name));
  const gone = inForce.document.domains.map(({ name }) => name).filter((name) => !stays.has(name));
  if (gone.length === 0) return undefined;
  try {
    const users = await usersIn(accounts, new Set(gone));
    return users.length === 0 ? undefined : inUse(users);
  } catch (fault) {
    return unknown(gone, accounts.place, (fault as Error).message);
  }
}

async function usersIn(
  accounts: RefuseDomainsOptions['accounts'],
  domains: ReadonlySet<string>,
): Promise<readonly string[]> {
  const users: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await accounts.list({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    for (const { account } of page.records)
      if (domains.has(domainOf(account.address))) users.push(account.address);
    after = page.next;
    if (after === undefined || users.length > mostNames) return users;
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function inUse(users: readonly string[]): Problem {
  const domains = [...new Set(users.map(domainOf))].sort().join(', ');
  const more = users.length > mostNames ? ', and more' : '';
  return {
    reason: 'domain-in-use',
    message: `this version takes away ${domains}, in which there are the accounts ${users.slice(0, mostNames).join(', ')}${more}`,
    remedy:
      'keep the domain in the topology until its users have accounts in another one, then remove those that are left (entente user list, entente user remove), or publish with --leave-behind: they cannot sign in then',
    status: 422,
  };
}

function unknown(domains: readonly string[], place: string, why: string): Problem {
  return {
    reason: 'domains-unknown',
    message: `this version takes away ${domains.join(', ')}, and the accounts at ${place} cannot be asked whether there are any in it: ${why}`,
    remedy:
      'make them reachable, or, in an emergency, publish with --leave-behind: users of the domain cannot sign in then',
    status: 503,
  };
}
