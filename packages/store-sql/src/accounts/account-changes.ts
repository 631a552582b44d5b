import {
  type Account,
  type AccountContact,
  type AccountRecord,
  checkAccount,
  type Verifiers,
} from '@entente/accounts';
import {
  type AccountOutcome,
  type ContactsOutcome,
  decideContacts,
  decidePut,
  decideRemoval,
  decideVerifiers,
  type Expected,
  type RemovalOutcome,
} from '@entente/accounts/directory';

/** The accounts as a change sees and changes them: within one transaction, and alone. */
export interface ChangedAccounts {
  /** The account of an address, which may be any text. */
  find(address: string): Promise<AccountRecord | undefined>;
  /** The version of the next change. */
  nextVersion(): Promise<number>;
  /** Stores an account whose address had none; the feed moves to its version. */
  add(record: AccountRecord): Promise<void>;
  /** Stores an account over the one of its address; the feed moves to the later one of its versions. */
  replace(record: AccountRecord): Promise<void>;
  /** Stores a contact list. */
  storeContacts(address: string, contacts: readonly AccountContact[]): Promise<void>;
  /**
   * Removes an account with its contact list, and remembers that; the feed moves to the version.
   * @param keptRemovals - removals that the feed remembers; the oldest ones are forgotten
   */
  remove(address: string, version: number, keptRemovals: number): Promise<void>;
}

/** Adds or replaces an account. */
export async function putAccount(
  accounts: ChangedAccounts,
  account: Account,
  expected: Expected,
): Promise<AccountOutcome> {
  const checked = checkAccount(account);
  if (!checked.ok) return checked;
  const { address } = checked.account;
  const version = await accounts.nextVersion();
  const outcome = decidePut(await accounts.find(address), checked.account, expected, version);
  if (!outcome.ok) return outcome;
  await (expected === 'absent' ? accounts.add(outcome.record) : accounts.replace(outcome.record));
  return outcome;
}

/**
 * Removes an account, and its contact list.
 * @param keptRemovals - removals that the feed remembers
 */
export async function removeAccount(
  accounts: ChangedAccounts,
  address: string,
  expected: number,
  keptRemovals: number,
): Promise<RemovalOutcome> {
  const version = await accounts.nextVersion();
  const outcome = decideRemoval(await accounts.find(address), address, expected, version);
  if (outcome.ok) await accounts.remove(address, version, keptRemovals);
  return outcome;
}

/** Changes the verifiers of an account. */
export async function changeVerifiers(
  accounts: ChangedAccounts,
  address: string,
  from: Verifiers,
  to: Verifiers,
): Promise<AccountOutcome> {
  const version = await accounts.nextVersion();
  const outcome = decideVerifiers(await accounts.find(address), address, { from, to }, version);
  if (outcome.ok) await accounts.replace(outcome.record);
  return outcome;
}

/** Replaces the contact list of an account. */
export async function putContacts(
  accounts: ChangedAccounts,
  address: string,
  contacts: readonly AccountContact[],
  expected: number,
): Promise<ContactsOutcome> {
  const version = await accounts.nextVersion();
  const current = await accounts.find(address);
  const outcome = decideContacts(current, address, contacts, expected, version);
  if (!outcome.ok || current === undefined) return outcome;
  await accounts.replace({ ...current, contactsVersion: version });
  await accounts.storeContacts(address, outcome.list.contacts);
  return outcome;
}
