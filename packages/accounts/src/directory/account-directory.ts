import type {
  Account,
  AccountContact,
  AccountRecord,
  AccountState,
  ContactList,
  Verifiers,
} from '../account.ts';
import type { AccountRefusal } from '../refusal.ts';

/** What a change expects to find: no account, or an account that nobody has changed since it was read with this version. */
export type Expected = 'absent' | number;

/** What became of a change of an account. */
export type AccountOutcome =
  | { readonly ok: true; readonly record: AccountRecord }
  | { readonly ok: false; readonly refusal: AccountRefusal };

/** What became of a removal. */
export type RemovalOutcome =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly refusal: AccountRefusal };

/** What became of a change of a contact list. */
export type ContactsOutcome =
  | { readonly ok: true; readonly list: ContactList }
  | { readonly ok: false; readonly refusal: AccountRefusal };

/** Selects accounts, see {@link AccountDirectory.list}. */
export interface AccountQuery {
  /** Those with this home of their own; without it all. */
  readonly home?: string;
  /** Those in this state; without it all. */
  readonly state?: AccountState;
  /** Most accounts of the page, 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** A part of the accounts that a query selects. */
export interface AccountPage {
  /** In the order of their addresses, by code point. */
  readonly records: readonly AccountRecord[];
  /** Where the next page begins; absent on the last page. */
  readonly next?: string;
}

/** How many accounts have the same home of their own. */
export interface AccountHome {
  /** FQDN of a pool or front end, which the topology may not have any more. */
  readonly home: string;
  /** From 1. */
  readonly users: number;
}

/** Accounts of other domains than some. */
export interface AccountsOutside {
  /** How many there are. */
  readonly users: number;
  /** The first five of them at most, addresses in their order. */
  readonly first: readonly string[];
}

/** How far a reader of the feed has come. It may be stored, and serves any instance of the same directory. */
export interface FeedPosition {
  /** Names the history that the version belongs to. A directory that was restored from a backup has another one. */
  readonly epoch: string;
  /** Everything up to this version is known. */
  readonly version: number;
  /** Version of the feed when the reader began: accounts that were removed before were never shown to it. */
  readonly begun: number;
}

/** What has become of one account: only its last state, however often it has changed. */
export interface AccountChange {
  /** Address of record in its canonical form, also where the account was removed. */
  readonly address: string;
  /** Version of the change. */
  readonly version: number;
  /** The account now; absent where it was removed. */
  readonly record?: AccountRecord;
}

/** A part of what has changed since a position. */
export type FeedPage =
  | {
      readonly ok: true;
      /** In the order of their versions. */
      readonly changes: readonly AccountChange[];
      /** Where the next page begins. */
      readonly position: FeedPosition;
      /** Whether there was more when the page was read. */
      readonly more: boolean;
    }
  | { readonly ok: false; readonly refusal: AccountRefusal };

/**
 * Who the users are. Each promise of a change resolves only when the change is durable. Every change gets the next version, which is
 * greater than all before it, also after a crash; versions may have gaps.
 *
 * An implementation must pass the rules of `@entente/accounts/directory/compliance`. `checkAccount`, `checkContacts` and the functions
 * `decide…` take every decision that is not about storage.
 *
 * What the storage cannot do, it throws as a fault with `code`, place and remedy, e.g. {@link AccountsFault}.
 */
export interface AccountDirectory {
  /** Where the accounts are, for faults. */
  readonly place: string;
  /**
   * @param address - canonical
   * @returns undefined where there is no account
   */
  find(address: string): Promise<AccountRecord | undefined>;
  /**
   * Lists accounts in the order of their addresses. Accounts that are added while pages are read may be missing.
   * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for a limit outside 1 to 1,000
   */
  list(query: AccountQuery): Promise<AccountPage>;
  /**
   * Counts the accounts that have a home of their own, in the order of the homes, by code point. Absent where the storage cannot: then nobody
   * is warned of homes that are gone.
   */
  homes?(): Promise<readonly AccountHome[]>;
  /**
   * Counts the accounts whose addresses are in none of some domains. Absent where the storage cannot: then nobody is warned of users whose
   * domain is gone.
   * @param domains - canonical
   */
  outside?(domains: readonly string[]): Promise<AccountsOutside>;
  /**
   * Adds or replaces an account; its contact list stays.
   * @param account - whole
   * @param expected - `absent` to add one; to replace one, the version with which it was read
   * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where a field is missing or of another kind, or a password stands for verifiers
   */
  put(account: Account, expected: Expected): Promise<AccountOutcome>;
  /**
   * Removes an account, and its contact list.
   * @param address - canonical
   * @param expected - the version with which it was read
   */
  remove(address: string, expected: number): Promise<RemovalOutcome>;
  /**
   * Changes the verifiers of an enabled account, for a user who knows the present password: of two changes that start from the same
   * password one is refused.
   * @param address - canonical
   * @param from - all verifiers that the account has now
   * @param to - at least one; none for MD5 where the account has none
   */
  changeVerifiers(address: string, from: Verifiers, to: Verifiers): Promise<AccountOutcome>;
  /**
   * @param address - canonical
   * @returns undefined where there is no account
   */
  contacts(address: string): Promise<ContactList | undefined>;
  /**
   * Replaces the contact list of an account.
   * @param address - canonical
   * @param contacts - whole
   * @param expected - version of the list as it was read; 0 for one that was never set
   */
  putContacts(
    address: string,
    contacts: readonly AccountContact[],
    expected: number,
  ): Promise<ContactsOutcome>;
  /**
   * What has changed since a position. A reader that goes on until there is no `more` has the state of every account.
   *
   * It never leaves out a change with a lower version than one that it has shown.
   * @param since - `position` of the page before; absent to begin, and then removed accounts may be left out
   * @param limit - most changes of the page, 1 to 1,000
   * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for a limit outside 1 to 1,000
   */
  changes(since: FeedPosition | undefined, limit: number): Promise<FeedPage>;
  /**
   * Tells a listener that the feed has more: after each change, of whatever server, and where one may have been missed. Several changes
   * may be told once. What the listener throws is ignored.
   * @returns ends it
   */
  onChange(listener: () => void): () => void;
  /** Waits for changes in progress, then closes files and connections. Idempotent. */
  [Symbol.asyncDispose](): Promise<void>;
}
