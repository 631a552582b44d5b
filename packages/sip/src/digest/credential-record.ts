import { checkList, checkObject } from '../syntax/check-object.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { checkAlgorithm, type DigestAlgorithm, digestHex } from './algorithm.ts';

/**
 * What a server stores for a user: no password, only H(A1) for each algorithm that user may authenticate with.
 * A record without `MD5` can never be used with MD5.
 */
export interface CredentialRecord {
  /** As the user types it, without realm. */
  readonly username: string;
  /** The protection space that the hashes are for, with case, for example the domain. */
  readonly realm: string;
  /** Lowercase hexadecimal H(username ":" realm ":" password) by algorithm. */
  readonly ha1: Readonly<Partial<Record<DigestAlgorithm, string>>>;
}

/**
 * H(A1), the only form in which a password needs to be kept.
 * @param algorithm - the digest algorithm
 * @param username - without realm
 * @param realm - the protection space
 * @param password - in plain text
 * @returns lowercase hexadecimal
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where one of them is left out, or there is no such algorithm
 * @see RFC 7616 §3.4.2
 */
export function digestA1(
  algorithm: DigestAlgorithm,
  username: string,
  realm: string,
  password: string,
): string {
  checkAlgorithm(algorithm);
  checkGiven(username, 'username');
  checkGiven(realm, 'realm');
  checkGiven(password, 'password');
  return digestHex(algorithm, `${username}:${realm}:${password}`);
}

/** Without it the text `undefined` would be the password. It is not repeated: it may be one that was given in the wrong place. */
function checkGiven(value: string, name: string): void {
  if (typeof value === 'string') return;
  throw new SipArgumentError(
    `expected a text, found ${value === undefined ? 'none' : 'something else'}`,
    `${name} of a credential record`,
    `give the ${name}`,
  );
}

/**
 * The name a client sends in place of the username where the challenge asked for `userhash`. A server that asks keeps its
 * records under this name too, one for each algorithm it offers.
 * @returns lowercase hexadecimal H(username ":" realm)
 * @see RFC 7616 §3.4.4
 */
export function hashUsername(algorithm: DigestAlgorithm, username: string, realm: string): string {
  checkAlgorithm(algorithm);
  return digestHex(algorithm, `${username}:${realm}`);
}

/**
 * Creates a record from a password.
 * @param user - name, realm and password in plain text
 * @param algorithms - which H(A1) to keep; default SHA-256 alone
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part of the user is left out, or there is no such algorithm
 */
export function createCredentialRecord(
  user: { readonly username: string; readonly realm: string; readonly password: string },
  algorithms: readonly DigestAlgorithm[] = ['SHA-256'],
): CredentialRecord {
  checkObject(user, 'user of createCredentialRecord', 'give { username, realm, password }');
  checkList(algorithms, 'algorithms of createCredentialRecord', 'give a list of names, or leave it out');
  const ha1: Partial<Record<DigestAlgorithm, string>> = {};
  for (const algorithm of algorithms) {
    ha1[algorithm] = digestA1(algorithm, user.username, user.realm, user.password);
  }
  return { username: user.username, realm: user.realm, ha1 };
}
