import { list } from '@entente/options';
import type { Account } from '../account.ts';
import type { AccountDirectory, AccountOutcome } from '../directory/account-directory.ts';
import { checks } from '../fault.ts';
import { orderedVerifiers } from '../verifiers.ts';
import type { ReadAccount, RefusedLine } from './account-texts.ts';
import { checkDirectory, checkOptions } from './check-import.ts';

/** Accounts that are stored at once: enough to share each flush of a disk. */
const atOnce = 512;
/** Refusals that are kept one by one; the rest is counted. */
const maxRefusals = 1_000;

/** Options of {@link importAccounts}. */
export interface ImportOptions {
  /** What becomes of an account that the directory has: `refuse` it, which is the default, or `replace` it; its contacts stay. */
  readonly existing?: 'refuse' | 'replace';
  /** Told how many accounts have been looked at. */
  readonly onProgress?: (done: number) => void;
}

/** What became of an import. */
export interface ImportReport {
  /** Accounts that the directory did not have. */
  readonly added: number;
  /** Accounts that the directory had otherwise; 0 where `existing` is `refuse`. */
  readonly replaced: number;
  /** Accounts that were the same already. */
  readonly unchanged: number;
  /** The first 1,000. */
  readonly refused: readonly RefusedLine[];
  /** All of them. */
  readonly refusedCount: number;
}

/**
 * Stores accounts that were read from a text. Each is durable by itself: an import that is interrupted is repeated with `replace`, or
 * goes on with what the directory refuses because it exists.
 * @param directory - where they go
 * @param accounts - of `readAccountsCsv` or `readUsersYaml`
 * @param options - whether accounts that the directory has are replaced
 * @throws a fault of the directory; what was stored before stays; AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`, with nothing stored, where an
 * argument or option is missing, misspelt or of another kind
 */
export async function importAccounts(
  directory: AccountDirectory,
  accounts: readonly ReadAccount[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  checkDirectory(directory, 'first argument of importAccounts');
  checks.argument(
    accounts,
    list,
    'second argument of importAccounts',
    'give the accounts of what readAccountsCsv or readUsersYaml returns',
  );
  checkOptions(options, 'importAccounts');
  const { existing = 'refuse', onProgress } = options;
  const refused: RefusedLine[] = [];
  const counts = { added: 0, replaced: 0, unchanged: 0, refused: 0 };
  for (let start = 0; start < accounts.length; start += atOnce) {
    const part = accounts.slice(start, start + atOnce);
    const results = await Promise.all(part.map(({ account }) => storeOne(directory, account, existing)));
    for (const [index, { did, outcome }] of results.entries()) {
      counts[outcome.ok ? did : 'refused']++;
      const line = part[index]?.line ?? 0;
      if (!outcome.ok && refused.length < maxRefusals) refused.push({ line, refusal: outcome.refusal });
    }
    onProgress?.(start + part.length);
  }
  const { refused: refusedCount, ...rest } = counts;
  return { ...rest, refused, refusedCount };
}

interface Stored {
  readonly did: 'added' | 'replaced' | 'unchanged';
  readonly outcome: AccountOutcome;
}

async function storeOne(
  directory: AccountDirectory,
  account: ReadAccount['account'],
  existing: 'refuse' | 'replace',
): Promise<Stored> {
  const outcome = await directory.put(account, 'absent');
  if (existing === 'refuse' || outcome.ok || outcome.refusal.reason !== 'account-exists') {
    return { did: 'added', outcome };
  }
  const found = await directory.find(account.address);
  if (found === undefined) return { did: 'added', outcome: await directory.put(account, 'absent') };
  if (compared(found.account) === compared(account)) {
    return { did: 'unchanged', outcome: { ok: true, record: found } };
  }
  return { did: 'replaced', outcome: await directory.put(account, found.version) };
}

/** An account as a text that is the same for the same account. */
function compared({ home, number, rights, state, verifiers }: Account): string {
  return JSON.stringify([
    home ?? null,
    number ?? null,
    state,
    [...rights].sort(),
    orderedVerifiers(verifiers),
  ]);
}
