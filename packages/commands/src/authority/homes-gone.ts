import { OperatorFault } from '@entente/host';
import type { AuthorityConnection } from './connect-authority.ts';

/** A home of accounts that the topology does not have any more. */
export interface HomeGone {
  readonly home: string;
  /** Accounts that have it. */
  readonly users: number;
}

/** Accounts in domains that the topology does not have any more. */
export interface Outside {
  readonly users: number;
  /** The first of them, addresses. */
  readonly first: readonly string[];
}

/** What the topology does not have any more, though accounts need it. */
export interface Gone {
  readonly homes: readonly HomeGone[];
  readonly outside: Outside;
}

const none: Gone = { homes: [], outside: { users: 0, first: [] } };
const path = '/accounts/homes-gone';
/** Homes that are named in one sentence. */
const mostNamed = 5;

/**
 * Asks which homes and domains of accounts are gone.
 * @param connection - to the authority
 * @returns none where it cannot say: one of an earlier release does not know, and where the accounts do not answer its health says so
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where the answer is something else; faults of the connection
 */
export async function homesGone(connection: Pick<AuthorityConnection, 'get'>): Promise<Gone> {
  const outcome = await connection.get(path);
  if (!outcome.ok) return none;
  const gone = goneIn(outcome.text);
  if (gone !== undefined) return gone;
  throw new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than homes of accounts',
    place: path,
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}

/** What is said of them, in one sentence; nothing where there are none. */
export function homesGoneText(homes: readonly HomeGone[]): readonly string[] {
  if (homes.length === 0) return [];
  const users = homes.reduce((sum, one) => sum + one.users, 0);
  const named = homes.slice(0, mostNamed).map(({ home, users: of }) => `${home} (${of})`);
  const more = homes.length > mostNamed ? `, and ${homes.length - mostNamed} more` : '';
  const have = users === 1 ? '1 account has' : `${users} accounts have`;
  return [
    `${have} a home that the topology does not have any more: ${named.join(', ')}${more}; until it has another one, a user is at home in the pool of the domain`,
  ];
}

/** What is to be done about them. */
export function homesGoneRemedy([first]: readonly HomeGone[]): readonly string[] {
  if (first === undefined) return [];
  return [
    `entente user list --home ${first.home} --as ca/administrators/<you>.yaml names them; entente user move <user> --default, or --home <pool>, gives each another home`,
  ];
}

/** What is said of users whose domain is gone, in one sentence; nothing where there are none. */
export function outsideText({ first, users }: Outside): readonly string[] {
  if (users === 0) return [];
  const more = users > first.length ? `, and ${users - first.length} more` : '';
  const are = users === 1 ? '1 account is' : `${users} accounts are`;
  return [
    `${are} in a domain that the topology does not have any more: ${first.join(', ')}${more}; nobody can sign in with them`,
  ];
}

/** What is to be done about them. */
export function outsideRemedy({ first: [first] }: Outside): readonly string[] {
  if (first === undefined) return [];
  const domain = first.slice(first.lastIndexOf('@') + 1);
  return [
    `entente user remove ${first} --as ca/administrators/<you>.yaml takes an account away for good; entente topology add domain ${domain} --pool <pool>, signed and published, brings its domain back`,
  ];
}

/** One of an earlier release says nothing of domains. */
function goneIn(text: string): Gone | undefined {
  try {
    const { homes, outside = none.outside } = JSON.parse(text) as {
      readonly homes?: unknown;
      readonly outside?: unknown;
    };
    if (Array.isArray(homes) && homes.every(isHome) && isOutside(outside))
      return {
        homes: homes.map(({ home, users }) => ({ home, users })),
        outside: { users: outside.users, first: outside.first },
      };
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  return undefined;
}

function isOutside(value: unknown): value is Outside {
  const { first, users } = (value ?? {}) as Partial<Outside>;
  return typeof users === 'number' && Array.isArray(first) && first.every((one) => typeof one === 'string');
}

function isHome(value: unknown): value is HomeGone {
  const { home, users } = (value ?? {}) as Partial<HomeGone>;
  return typeof home === 'string' && typeof users === 'number';
}
