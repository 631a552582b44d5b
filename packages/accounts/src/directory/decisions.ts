import { anyText, isRecord, object } from '@entente/options';
import type { Account, AccountContact, AccountRecord, ContactList, Verifiers } from '../account.ts';
import { checkAccount } from '../check-account.ts';
import { checkContacts } from '../check-contacts.ts';
import { checks } from '../fault.ts';
import { verifiersRule } from '../given.ts';
import { refuse } from '../refusal.ts';
import { orderedVerifiers, refuseVerifiers, sameVerifiers } from '../verifiers.ts';
import type { AccountOutcome, ContactsOutcome, Expected, RemovalOutcome } from './account-directory.ts';

/**
 * Decides a change of an account.
 * @param current - the account of that address, read in the transaction of the change
 * @param account - from the caller
 * @param expected - what the caller expects to find
 * @param version - of this change
 */
export function decidePut(
  current: AccountRecord | undefined,
  account: Account,
  expected: Expected,
  version: number,
): AccountOutcome {
  checkCurrent(current);
  if (expected !== 'absent') checkVersion(expected, "'absent' or the version of the account");
  const checked = checkAccount(account);
  if (!checked.ok) return checked;
  const { address } = checked.account;
  if (expected === 'absent') {
    return current === undefined
      ? { ok: true, record: { account: checked.account, version, contactsVersion: 0 } }
      : refuse('account-exists', { address, version: current.version });
  }
  if (current === undefined) return refuse('account-unknown', { address });
  if (current.version !== expected) return conflict(address, expected, current.version);
  return { ok: true, record: { ...current, account: checked.account, version } };
}

/**
 * Decides a removal.
 * @param current - the account of that address, read in the transaction of the change
 * @param address - from the caller
 * @param expected - the version that the caller has read
 * @param version - of this change
 */
export function decideRemoval(
  current: AccountRecord | undefined,
  address: string,
  expected: number,
  version: number,
): RemovalOutcome {
  checkCurrent(current);
  checkAddress(address);
  checkVersion(expected, 'the version of the account');
  if (current === undefined) return refuse('account-unknown', { address });
  return current.version === expected ? { ok: true, version } : conflict(address, expected, current.version);
}

/**
 * Decides a change of verifiers.
 * @param current - the account of that address, read in the transaction of the change
 * @param address - from the caller
 * @param change - the verifiers that the caller starts from, and the new ones
 * @param version - of this change
 */
export function decideVerifiers(
  current: AccountRecord | undefined,
  address: string,
  change: { readonly from: Verifiers; readonly to: Verifiers },
  version: number,
): AccountOutcome {
  checkCurrent(current);
  checkAddress(address);
  checks.argument(change, object, 'change of verifiers', 'give { from, to }');
  const { from, to } = change;
  checks.argument(from, verifiersRule, 'verifiers that a change starts from');
  checks.argument(to, verifiersRule, 'verifiers that a change brings');
  const invalid = refuseVerifiers(to);
  if (invalid !== undefined) return { ok: false, refusal: invalid.refusal };
  if (Object.keys(to).length === 0) return refuse('verifier-invalid', { algorithm: 'none' });
  if (current === undefined) return refuse('account-unknown', { address });
  const { account } = current;
  if (account.state !== 'enabled') return refuse('account-disabled', { address });
  // An account without password has none that a user could know.
  const hasPassword = Object.keys(account.verifiers).length > 0;
  if (!hasPassword || !sameVerifiers(account.verifiers, from)) return refuse('verifiers-differ', { address });
  if (to.MD5 !== undefined && account.verifiers.MD5 === undefined) {
    return refuse('algorithm-not-allowed', { algorithm: 'MD5' });
  }
  return {
    ok: true,
    record: { ...current, account: { ...account, verifiers: orderedVerifiers(to) }, version },
  };
}

/**
 * Decides a change of a contact list.
 * @param current - the account of that address, read in the transaction of the change
 * @param address - from the caller
 * @param contacts - from the caller
 * @param expected - the version of the list that the caller has read
 * @param version - of this change
 */
export function decideContacts(
  current: AccountRecord | undefined,
  address: string,
  contacts: readonly AccountContact[],
  expected: number,
  version: number,
): ContactsOutcome {
  checkCurrent(current);
  checkAddress(address);
  checkVersion(expected, 'the version of the contact list');
  const checked = checkContacts(contacts);
  if (!checked.ok) return checked;
  if (current === undefined) return refuse('account-unknown', { address });
  if (current.contactsVersion !== expected) return conflict(address, expected, current.contactsVersion);
  const list: ContactList = { contacts: checked.contacts, version };
  return { ok: true, list };
}

function checkCurrent(current: unknown): void {
  if (current === undefined || (isRecord(current) && isRecord(current.account))) return;
  throw checks.unlike(
    current,
    'a record with its account',
    'record of an account',
    'give what the directory has, or undefined',
  );
}

function checkAddress(address: unknown): void {
  checks.argument(address, anyText, 'address of an account', 'give an address like alice@contoso.example');
}

/** A version that is none was a conflict with a version that nobody has. */
function checkVersion(expected: unknown, wanted: string): void {
  if (typeof expected !== 'number')
    throw checks.unlike(expected, wanted, 'expected version', 'give the version with which it was read');
}

function conflict(address: string, expected: number, found: number) {
  return refuse('version-conflict', { address, expected, found });
}
