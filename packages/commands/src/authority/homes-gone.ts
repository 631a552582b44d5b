import { OperatorFault } from '@entente/host';
import type { AuthorityConnection } from './connect-authority.ts';

/** A home of accounts that the topology does not have any more. */
export interface HomeGone {
  readonly home: string;
  /** Accounts that have it. */
  readonly users: number;
}

const path = '/accounts/homes-gone';
/** Homes that are named in one sentence. */
const mostNamed = 5;

/**
 * Asks which homes of accounts are gone.
 * @param connection - to the authority
 * @returns none where it cannot say: one of an earlier release does not know, and where the accounts do not answer its health says so
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where the answer is something else; faults of the connection
 */
export async function homesGone(connection: Pick<AuthorityConnection, 'get'>): Promise<readonly HomeGone[]> {
  const outcome = await connection.get(path);
  if (!outcome.ok) return [];
  const homes = homesIn(outcome.text);
  if (homes !== undefined) return homes.map(({ home, users }) => ({ home, users }));
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

function homesIn(text: string): readonly HomeGone[] | undefined {
  try {
    const { homes } = JSON.parse(text) as { readonly homes?: unknown };
    if (Array.isArray(homes) && homes.every(isHome)) return homes;
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  return undefined;
}

function isHome(value: unknown): value is HomeGone {
  const { home, users } = (value ?? {}) as Partial<HomeGone>;
  return typeof home === 'string' && typeof users === 'number';
}
