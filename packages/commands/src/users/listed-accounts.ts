import { OperatorFault } from '@entente/host';
import type { AuthorityConnection, Refusal } from '../authority/connect-authority.ts';

/** An account as the authority lists it. */
export interface ListedAccount {
  readonly address: string;
  readonly home?: string;
  readonly state: string;
  readonly number?: string;
  readonly rights: readonly string[];
  /** For which the account has a verifier. */
  readonly algorithms: readonly string[];
  readonly version: number;
}

/** What was found, or why it was refused. */
export type FoundAccounts =
  | { readonly ok: true; readonly accounts: readonly ListedAccount[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** What is listed. */
export interface AccountFilter {
  readonly address?: string;
  readonly home?: string;
  readonly state?: string;
}

/**
 * Reads the accounts that the authority has, page by page.
 * @param connection - of an administrator
 * @param filter - which of them
 * @param most - accounts to read at most
 */
export async function listAccounts(
  connection: Pick<AuthorityConnection, 'get'>,
  filter: AccountFilter,
  most: number,
): Promise<FoundAccounts> {
  const accounts: ListedAccount[] = [];
  for (let after: string | undefined, more = true; more && accounts.length < most; ) {
    const limit = `${Math.min(most - accounts.length, 1_000)}`;
    const query = new URLSearchParams({ ...filter, limit, ...(after === undefined ? {} : { after }) });
    const outcome = await connection.get(`/accounts?${query}`);
    if (!outcome.ok) return outcome;
    const page = readPage(outcome.text);
    accounts.push(...page.accounts);
    after = page.next;
    more = after !== undefined && page.accounts.length > 0;
  }
  return { ok: true, accounts };
}

function readPage(text: string): { readonly accounts: readonly ListedAccount[]; readonly next?: string } {
  try {
    const { accounts, next } = JSON.parse(text) as { accounts?: unknown; next?: unknown };
    if (Array.isArray(accounts) && accounts.every(isAccount))
      return { accounts, ...(typeof next === 'string' ? { next } : {}) };
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  throw new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than accounts',
    place: '/accounts',
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}

function isAccount(value: unknown): value is ListedAccount {
  const account = value as Partial<ListedAccount> | null;
  return (
    typeof account?.address === 'string' &&
    typeof account.state === 'string' &&
    [account.rights, account.algorithms].every((texts) => Array.isArray(texts)) &&
    [account.home, account.number].every((text) => text === undefined || typeof text === 'string')
  );
}
