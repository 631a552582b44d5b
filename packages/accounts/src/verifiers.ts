import { timingSafeEqual } from 'node:crypto';
import { anyText, object } from '@entente/options';
import {
  type CredentialRecord,
  createCredentialRecord,
  type DigestAlgorithm,
  digestHexLength,
} from '@entente/sip';
import type { Account, Verifiers } from './account.ts';
import { parseAccountAddress } from './address.ts';
import { AccountsFault, checks } from './fault.ts';
import { verifiersRule } from './given.ts';
import { type AccountRefusal, refuse } from './refusal.ts';

/** Algorithms of verifiers, in the order in which they are stored. */
export const verifierAlgorithms = Object.keys(digestHexLength) as readonly DigestAlgorithm[];

/** Characters of the shortest password that is accepted where one is given in plain text: a shorter one is quickly guessed. */
export const fewestPasswordCharacters = 8;

/**
 * The verifiers of a password.
 * @param address - canonical
 * @param password - in plain text
 * @param algorithms - default SHA-256 alone
 * @returns verifiers, or undefined for an address that is none
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where an argument is missing or of another kind, the address is not canonical, the password
 * is empty, or there is no such algorithm
 */
export function verifiersOf(
  address: string,
  password: string,
  algorithms?: readonly DigestAlgorithm[],
): Verifiers | undefined {
  checks.argument(
    address,
    anyText,
    'first argument of verifiersOf',
    'give an address like alice@contoso.example',
  );
  checks.argument(password, anyText, 'second argument of verifiersOf', 'give the password in plain text');
  if (password === '')
    throw badArgument(
      'second',
      'a password of one character or more',
      'an empty text',
      'give the password in plain text',
    );
  if (algorithms !== undefined && !areAlgorithms(algorithms)) {
    const wanted = `a list of some of ${verifierAlgorithms.join(', ')}`;
    const found = Array.isArray(algorithms) ? (algorithms.length === 0 ? 'none' : 'another one') : 'no list';
    throw badArgument('third', wanted, found, `give ${wanted}, or leave it out`);
  }
  const parsed = parseAccountAddress(address);
  if (!parsed.ok) return undefined;
  const { address: canonical, domain: realm, username } = parsed.value;
  if (canonical !== address)
    throw badArgument(
      'first',
      `the address ${canonical}`,
      JSON.stringify(address),
      'write it as the account has it',
    );
  return createCredentialRecord({ username, realm, password }, algorithms).ha1;
}

function areAlgorithms(given: unknown): boolean {
  return (
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((algorithm) => verifierAlgorithms.includes(algorithm as DigestAlgorithm))
  );
}

function badArgument(which: string, wanted: string, found: string, remedy: string): AccountsFault {
  const place = `${which} argument of verifiersOf`;
  return new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
    sentence: `${place}: expected ${wanted}, found ${found}`,
    place,
    remedy,
  });
}

/**
 * What authenticates the user of an account, in the form that servers verify digests with.
 * @param account - checked
 * @returns undefined for an account that is disabled: nothing authenticates its user
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where it is not an object
 */
export function credentialRecordOf(account: Account): CredentialRecord | undefined {
  checks.argument(
    account,
    object,
    'argument of credentialRecordOf',
    'give an account that checkAccount has accepted',
  );
  if (account.state !== 'enabled') return undefined;
  const parsed = parseAccountAddress(account.address);
  if (!parsed.ok) return undefined;
  const { domain: realm, username } = parsed.value;
  return { username, realm, ha1: account.verifiers };
}

/**
 * The refusal of verifiers that cannot be any; undefined where they can.
 * @param verifiers - from anywhere
 */
export function refuseVerifiers(verifiers: Verifiers): { readonly refusal: AccountRefusal } | undefined {
  for (const [algorithm, value] of Object.entries(verifiers)) {
    const length = Object.hasOwn(digestHexLength, algorithm)
      ? digestHexLength[algorithm as DigestAlgorithm]
      : undefined;
    if (value.length !== length || !/^[0-9a-f]+$/.test(value)) {
      return refuse('verifier-invalid', { algorithm });
    }
  }
  return undefined;
}

/** The same verifiers in the order in which they are stored. */
export function orderedVerifiers(verifiers: Verifiers): Verifiers {
  const ordered: Partial<Record<DigestAlgorithm, string>> = {};
  for (const algorithm of verifierAlgorithms) {
    const value = verifiers[algorithm];
    if (value !== undefined) ordered[algorithm] = value;
  }
  return ordered;
}

/**
 * Whether two accounts have the same verifiers; takes as long wherever they differ.
 * @param one - of an account
 * @param other - of an account
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where one of them is of another kind
 */
export function sameVerifiers(one: Verifiers, other: Verifiers): boolean {
  checks.argument(one, verifiersRule, 'first argument of sameVerifiers');
  checks.argument(other, verifiersRule, 'second argument of sameVerifiers');
  const [left, right] = [one, other].map((each) => Buffer.from(JSON.stringify(orderedVerifiers(each))));
  return left !== undefined && right?.length === left.length && timingSafeEqual(left, right);
}
