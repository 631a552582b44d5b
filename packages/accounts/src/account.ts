import type { DigestAlgorithm } from '@entente/sip';

/** What a server needs to check the password of a user: H(A1) by algorithm, lowercase hexadecimal (RFC 7616 §3.4.2). */
export type Verifiers = Readonly<Partial<Record<DigestAlgorithm, string>>>;

/** Whether a user may sign in. */
export type AccountState = 'enabled' | 'disabled';

/** The states of an account. */
export const accountStates: readonly AccountState[] = ['enabled', 'disabled'];

/** Every right that an account may have. Without rights a user reaches the users of the own domains, and nobody else. */
export const accountRights = ['dial-outside'] as const;

/** A right of an account: `dial-outside` lets it call numbers of the telephone network. A front end refuses such a call of others. */
export type AccountRight = (typeof accountRights)[number];

/** A user of a domain of ours. The contact list is not in it: see {@link ContactList}. */
export interface Account {
  /** Address of record in its canonical form, e.g. `alice@contoso.example`; see `parseAccountAddress`. */
  readonly address: string;
  /** For the user part and the domain of the address as username and realm; empty for a user who has no password. */
  readonly verifiers: Verifiers;
  /** FQDN of the pool or front end where the user is at home; absent where it is the pool of the domain. */
  readonly home?: string;
  /** A user whose account is `disabled` cannot sign in; the account itself stays as it is. */
  readonly state: AccountState;
  /** The user's telephone number, `+` and 1 to 15 digits, the first of them not 0 (E.164); absent where the user has none. A directory does not look whether another user has it; the authority does. */
  readonly number?: string;
  /** Without repetition. */
  readonly rights: readonly AccountRight[];
}

/** One entry of a contact list. */
export interface AccountContact {
  /** Address of record in its canonical form, of any domain. */
  readonly address: string;
  /** As the user calls this contact; absent where the user has given no name. */
  readonly name?: string;
  /** Names of the groups that the user has put this contact into, without repetition. */
  readonly groups: readonly string[];
}

/** The contact list of an account. It belongs to the user, is much larger than the account, and few servers read it. */
export interface ContactList {
  /** In the order of the user, no address twice. */
  readonly contacts: readonly AccountContact[];
  /** Version of the change that set it; 0 for a list that was never set. */
  readonly version: number;
}

/** An account as a directory keeps it. */
export interface AccountRecord {
  /** As it is stored, with its verifiers. */
  readonly account: Account;
  /** Version of the last change of the account itself: what a change compares with. */
  readonly version: number;
  /** Version of the last change of its contact list; 0 where there was none. */
  readonly contactsVersion: number;
}
