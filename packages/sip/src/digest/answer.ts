import { SipArgumentError } from '../syntax/problem.ts';
import type { DigestAlgorithm } from './algorithm.ts';
import { digestResponse, writeAuthorization } from './authorization.ts';
import { type DigestChallenge, parseChallenge } from './challenge.ts';
import { type CredentialRecord, digestA1 } from './credential-record.ts';

/** A client's own secret: a password, or a record that holds only H(A1). */
export type ClientSecret = { readonly username: string; readonly password: string } | CredentialRecord;

/**
 * Chooses which challenge of a response to answer: for each realm the topmost one with an algorithm the client accepts.
 * @param values all WWW-Authenticate (or all Proxy-Authenticate) values in order
 * @param algorithms what the client is willing to use; MD5 is used only where it is named here
 * @returns one challenge per realm, in order; empty where none can be answered
 * @see RFC 8760 §2.4
 */
export function selectChallenges(
  values: Iterable<string>,
  algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256'],
): DigestChallenge[] {
  const chosen = new Map<string, DigestChallenge>();
  for (const value of values) {
    const challenge = parseChallenge(value);
    if (challenge === undefined || chosen.has(challenge.realm)) continue;
    // A challenge that offers only auth-int, or none at all, cannot be answered with a nonce count.
    if (!challenge.qopAuth || !algorithms.includes(challenge.algorithm)) continue;
    chosen.set(challenge.realm, challenge);
  }
  return [...chosen.values()];
}

/**
 * Answers a challenge.
 * @param challenge chosen by {@link selectChallenges}
 * @param request `method` and `uri` (the Request-URI as it will be sent)
 * @param secret password or record
 * @param use `cnonce`: fresh random text; `nonceCount`: 1 for the first use of this nonce, then one more each time
 * @returns the value for Authorization (after 401) or Proxy-Authorization (after 407)
 * @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where the record has no H(A1) for the challenge's algorithm and
 *   realm, or the count is out of range
 * @see RFC 7616 §3.4
 */
export function answerChallenge(
  challenge: DigestChallenge,
  request: { readonly method: string; readonly uri: string },
  secret: ClientSecret,
  use: { readonly cnonce: string; readonly nonceCount: number },
): string {
  if (!Number.isInteger(use.nonceCount) || use.nonceCount < 1 || use.nonceCount > 0xffff_ffff) {
    throw new SipArgumentError(
      `Nonce count: expected 1 to 4294967295, found ${use.nonceCount}. Count the uses of each nonce from 1`,
    );
  }
  const nonceCount = use.nonceCount.toString(16).padStart(8, '0');
  const { realm, nonce, algorithm, opaque, algorithmNamed } = challenge;
  const ha1 = secretA1(secret, algorithm, realm);
  const response = digestResponse(algorithm, ha1, {
    nonce,
    nonceCount,
    cnonce: use.cnonce,
    method: request.method,
    uri: request.uri,
  });
  return writeAuthorization({
    username: secret.username,
    realm,
    nonce,
    uri: request.uri,
    response,
    algorithm,
    algorithmNamed,
    cnonce: use.cnonce,
    opaque,
    nonceCount,
  });
}

function secretA1(secret: ClientSecret, algorithm: DigestAlgorithm, realm: string): string {
  if ('password' in secret) return digestA1(algorithm, secret.username, realm, secret.password);
  const ha1 = secret.realm === realm ? secret.ha1[algorithm] : undefined;
  if (ha1 !== undefined) return ha1;
  throw new SipArgumentError(
    `Credentials of ${secret.username}: expected H(A1) for ${algorithm} in realm "${realm}", found realm "${secret.realm}" with ${Object.keys(secret.ha1).join(', ') || 'none'}. Make the record for that realm and algorithm`,
  );
}
