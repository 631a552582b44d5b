import type { Account, AccountRecord, ContactList } from '../account.ts';
import type { AccountDirectory } from '../directory/account-directory.ts';
import type { AccountRefusal } from '../refusal.ts';
import { sameVerifiers } from '../verifiers.ts';
import { checkDirectory, checkOptions } from './check-import.ts';

/** Accounts that are read at once, and copied at once. */
const atOnce = 200;
/** Entries of each list of a report. */
const mostListed = 1_000;

/** What became of a copy. */
export interface CopyReport {
  /** Accounts that were copied, with their contact lists. */
  readonly copied: number;
  /** Accounts that were there already as they are, e.g. of a copy that was interrupted. */
  readonly unchanged: number;
  /** Accounts that were there as something else, and are now as they should be. */
  readonly replaced: number;
  /** Accounts that the first directory does not have, and the other one no longer has. */
  readonly removed: number;
  /** Addresses of those that the other one has still. The first 1,000. */
  readonly surplus: readonly string[];
  /** All of them. */
  readonly surplusCount: number;
  /** Accounts that were not copied, e.g. because the other directory has another one with the address. The first 1,000. */
  readonly refused: readonly AccountRefusal[];
  /** All of them. */
  readonly refusedCount: number;
}

/** Options of {@link copyAccounts}. */
export interface CopyOptions {
  /** What becomes of accounts that the other directory has, and that are not those of the first one. Default `refuse`. */
  readonly existing?: 'refuse' | 'replace';
  /** Told after each few hundred accounts how far it is. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** How far a copy is. */
export interface CopyProgress {
  /** Accounts of the first directory that it is done with. */
  readonly copied: number;
  /** Accounts of the other one that were looked for in the first, which comes after that. */
  readonly compared: number;
}

type Became = 'copied' | 'unchanged' | 'replaced' | AccountRefusal;

/**
 * Copies every account and contact list into another directory, e.g. from that of an authority into PostgreSQL. Nothing may change the
 * accounts meanwhile. A copy that was interrupted is completed by another one; without anything refused or left over, both directories have the
 * same accounts.
 * @param from - is only read
 * @param to - keeps what it has, unless that is to be replaced
 * @param options - whether accounts of the other directory are replaced
 * @throws a fault of either directory; what was copied before stays; AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`, with nothing copied, where an
 * argument or option is missing, misspelt or of another kind
 */
export async function copyAccounts(
  from: AccountDirectory,
  to: AccountDirectory,
  options: CopyOptions = {},
): Promise<CopyReport> {
  checkDirectory(from, 'first argument of copyAccounts');
  checkDirectory(to, 'second argument of copyAccounts');
  checkOptions(options, 'copyAccounts');
  const { existing = 'refuse', onProgress } = options;
  const refused: AccountRefusal[] = [];
  let [copied, compared] = [0, 0];
  const counts = { copied: 0, unchanged: 0, replaced: 0, refused: 0 };
  for await (const records of pagesOf(from)) {
    for (const became of await Promise.all(records.map((record) => copyOne(from, to, record, existing)))) {
      counts[typeof became === 'string' ? became : 'refused']++;
      if (typeof became !== 'string' && refused.length < mostListed) refused.push(became);
    }
    copied += records.length;
    onProgress?.({ copied, compared: 0 });
  }
  const surplus: string[] = [];
  const over = { removed: 0, surplus: 0 };
  for await (const records of pagesOf(to)) {
    const gone = await Promise.all(
      records.map(async (record) => {
        if ((await from.find(record.account.address)) !== undefined) return undefined;
        const isGone = existing === 'replace' && (await to.remove(record.account.address, record.version)).ok;
        return isGone ? 'removed' : record.account.address;
      }),
    );
    for (const one of gone) {
      if (one === undefined) continue;
      over[one === 'removed' ? 'removed' : 'surplus']++;
      if (one !== 'removed' && surplus.length < mostListed) surplus.push(one);
    }
    compared += records.length;
    onProgress?.({ copied, compared });
  }
  const { refused: refusedCount, ...others } = counts;
  return { ...others, removed: over.removed, surplus, surplusCount: over.surplus, refused, refusedCount };
}

async function* pagesOf(directory: AccountDirectory): AsyncGenerator<readonly AccountRecord[]> {
  for (let after: string | undefined, more = true; more; ) {
    const page = await directory.list({ limit: atOnce, ...(after === undefined ? {} : { after }) });
    yield page.records;
    after = page.next;
    more = after !== undefined;
  }
}

async function copyOne(
  from: AccountDirectory,
  to: AccountDirectory,
  { account }: AccountRecord,
  existing: 'refuse' | 'replace',
): Promise<Became> {
  const { address } = account;
  const list = await from.contacts(address);
  let became: 'copied' | 'unchanged' | 'replaced' = 'copied';
  let outcome = await to.put(account, 'absent');
  if (!outcome.ok && outcome.refusal.reason === 'account-exists') {
    const present = await to.find(address);
    if (present !== undefined && isSame(present.account, account)) became = 'unchanged';
    else if (existing === 'refuse' || present === undefined) return outcome.refusal;
    else {
      became = 'replaced';
      outcome = await to.put(account, present.version);
    }
  }
  if (!outcome.ok && became !== 'unchanged') return outcome.refusal;
  const there = became === 'copied' ? undefined : await to.contacts(address);
  if (sameContacts(list, there)) return became;
  // A list that was never set is what an interrupted copy leaves.
  const version = there?.version ?? 0;
  if (version > 0 && existing === 'refuse' && !outcome.ok) return outcome.refusal;
  const stored = await to.putContacts(address, list?.contacts ?? [], version);
  if (!stored.ok) return stored.refusal;
  return became === 'unchanged' && version > 0 ? 'replaced' : became;
}

function isSame(one: Account, other: Account): boolean {
  return (
    one.home === other.home &&
    one.state === other.state &&
    one.number === other.number &&
    one.rights.join() === other.rights.join() &&
    sameVerifiers(one.verifiers, other.verifiers)
  );
}

function sameContacts(one: ContactList | undefined, other: ContactList | undefined): boolean {
  const textOf = (list: ContactList | undefined): string =>
    JSON.stringify(
      (list?.contacts ?? []).map(({ address, groups, name }) => [address, name ?? null, ...groups]),
    );
  return textOf(one) === textOf(other);
}
