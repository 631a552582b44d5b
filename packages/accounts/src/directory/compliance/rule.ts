import type { Account, AccountContact, AccountRecord } from '../../account.ts';
import type { AccountRefusalReason } from '../../refusal.ts';
import type {
  AccountChange,
  AccountDirectory,
  AccountOutcome,
  Expected,
  FeedPosition,
} from '../account-directory.ts';

/** A directory for one compliance rule, which may change it. */
export interface DirectoryUnderTest {
  /** Empty at the start. */
  readonly directory: AccountDirectory;
  /** Removed accounts that it was told to remember; 3 to 20 spare time. */
  readonly keptRemovals: number;
  /**
   * Waits until a condition holds, for a directory that tells its listeners later. Absent where they have been told when a change is
   * acknowledged.
   */
  readonly waitUntil?: (condition: () => boolean) => Promise<void>;
  /** Ends the directory as a crash would, and opens it again from what was stored. Absent for one that is not durable. */
  readonly reopen?: () => Promise<AccountDirectory>;
  /** Opens another directory on the same accounts, as another server would. Absent for one that has one process at a time. */
  readonly another?: () => Promise<AccountDirectory>;
}

/** One rule for every directory of accounts. */
export interface DirectoryRule {
  /** Stable literal. */
  readonly id: string;
  /** The rule as a sentence, for the title of a test. */
  readonly rule: string;
  /** What the rule needs: {@link DirectoryUnderTest.reopen} or {@link DirectoryUnderTest.another}. */
  readonly needs?: 'reopen' | 'another';
  /** Resolves if the rule holds, rejects with the breach if not. */
  readonly check: (subject: DirectoryUnderTest) => Promise<void>;
}

/** A verifier for SHA-256, from two hexadecimal digits. */
export function verifier(digits: string): string {
  return digits.repeat(32);
}

/** An account with a given user part. */
export function account(user: string, changes: Partial<Account> = {}): Account {
  return {
    address: `${user}@contoso.example`,
    verifiers: { 'SHA-256': verifier('a1') },
    home: 'pool01.contoso.example',
    state: 'enabled',
    rights: [],
    ...changes,
  };
}

/** A contact with a given user part. */
export function contact(user: string, changes: Partial<AccountContact> = {}): AccountContact {
  return { address: `${user}@fabrikam.example`, groups: [], ...changes };
}

/** Stores an account. @throws Error where that is refused */
export async function stored(
  directory: AccountDirectory,
  entry: Account,
  expected: Expected = 'absent',
): Promise<AccountRecord> {
  const outcome = await directory.put(entry, expected);
  if (!outcome.ok) throw new Error(`refused ${entry.address}: ${outcome.refusal.message}`);
  return outcome.record;
}

/** The reason of a refusal, or `done`. */
export function reasonOf(
  outcome: AccountOutcome | { readonly ok: boolean; readonly refusal?: { readonly reason: string } },
): AccountRefusalReason | 'done' {
  return 'refusal' in outcome && outcome.refusal !== undefined
    ? (outcome.refusal.reason as AccountRefusalReason)
    : 'done';
}

/** Reads the feed from a position to its end. @throws Error where the position is lost */
export async function readFeed(
  directory: AccountDirectory,
  since: FeedPosition | undefined,
  limit = 1_000,
): Promise<{ readonly changes: readonly AccountChange[]; readonly position: FeedPosition }> {
  const changes: AccountChange[] = [];
  for (let position = since; ; ) {
    const page = await directory.changes(position, limit);
    if (!page.ok) throw new Error(`refused a position: ${page.refusal.message}`);
    must(page.changes.length <= limit, `gave ${page.changes.length} changes for a page of ${limit}`);
    changes.push(...page.changes);
    position = page.position;
    if (!page.more) return { changes, position };
  }
}

/** The user parts of accounts or changes, in their order. */
export function users(entries: readonly (AccountRecord | { readonly address: string })[]): string {
  return entries
    .map((entry) => ('account' in entry ? entry.account.address : entry.address).split('@')[0])
    .join();
}

/** Rejects with a breach of the rule. */
export function must(condition: boolean, breach: string): void {
  if (!condition) throw new Error(breach);
}

/** Whether two values are the same as JSON, whatever the order of their fields is. */
export function same(found: unknown, expected: unknown): boolean {
  return JSON.stringify(found, inOrder) === JSON.stringify(expected, inOrder);
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a promise rejects with a fault that has a code of this end, place and remedy. */
export async function rejectsWith(end: string, action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => false,
    (error: unknown) => {
      const { code, place, remedy } = error as Record<string, unknown>;
      return typeof code === 'string' && code.endsWith(end) && [place, remedy].every((text) => text !== '');
    },
  );
}
