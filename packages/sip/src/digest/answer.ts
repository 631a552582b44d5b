import { checkObject } from '../syntax/check-object.ts';
import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import type { DigestAlgorithm } from './algorithm.ts';
import { writeAuthorization } from './authorization.ts';
import { type DigestChallenge, parseChallenge } from './challenge.ts';
import { hashUsername } from './credential-record.ts';
import { noBody, type QualityOfProtection, requestDigest } from './request-digest.ts';
import { type ClientSecret, secretA1 } from './secret.ts';

/**
 * Chooses which challenge of a response to answer: for each realm the topmost one with an algorithm the client accepts.
 * @param values - all WWW-Authenticate (or all Proxy-Authenticate) values in order
 * @param algorithms - the algorithms that the client accepts; MD5 is used only where it is named here
 * @param qop - what the client supports; `auth-int` only where it gives `answerChallenge` the body of each request
 * @returns one challenge per realm, in order; empty where none can be answered
 * @see RFC 8760 §2.4
 */
export function selectChallenges(
  values: Iterable<string>,
  algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256'],
  qop: readonly QualityOfProtection[] = ['auth'],
): DigestChallenge[] {
  if (typeof values === 'string' || typeof values?.[Symbol.iterator] !== 'function')
    throw new SipArgumentError(
      `expected values of WWW-Authenticate, found ${kindOf(values)}`,
      'values of selectChallenges',
      "give response.all('WWW-Authenticate')",
    );
  const chosen = new Map<string, DigestChallenge>();
  for (const value of values) {
    const challenge = parseChallenge(value);
    if (challenge === undefined || chosen.has(challenge.realm)) continue;
    const able =
      (challenge.qopAuth && qop.includes('auth')) || (challenge.qopAuthInt && qop.includes('auth-int'));
    if (!able || !algorithms.includes(challenge.algorithm)) continue;
    chosen.set(challenge.realm, challenge);
  }
  return [...chosen.values()];
}

/**
 * Answers a challenge.
 * @param challenge - chosen by {@link selectChallenges}
 * @param request - `method` and `uri` (the Request-URI as it will be sent); `body` where it shall be covered too, empty bytes
 *   for none: with it `auth-int` is used where the challenge offers that
 * @param secret - password or record
 * @param use - `cnonce`: fresh random text; `nonceCount`: 1 for the first use of this nonce, then one more each time
 * @returns the value for Authorization (after 401) or Proxy-Authorization (after 407)
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the record has no H(A1) for the challenge's algorithm and
 *   realm, the count is out of range, or the challenge offers only `auth-int` and there is no body to cover
 * @see RFC 7616 §3.4
 */
export function answerChallenge(
  challenge: DigestChallenge,
  request: { readonly method: string; readonly uri: string; readonly body?: Uint8Array | undefined },
  secret: ClientSecret,
  use: { readonly cnonce: string; readonly nonceCount: number },
): string {
  checkObject(challenge, 'challenge of answerChallenge', 'give what selectChallenges has chosen');
  checkObject(request, 'request of answerChallenge', 'give { method, uri, body }');
  checkObject(secret, 'secret of answerChallenge', 'give { username, password }, or a record');
  checkObject(use, 'use of answerChallenge', 'give { cnonce, nonceCount }');
  if (!Number.isInteger(use.nonceCount) || use.nonceCount < 1 || use.nonceCount > 0xffff_ffff) {
    throw new SipArgumentError(
      `expected 1 to 4294967295, found ${use.nonceCount}`,
      'nonce count',
      'count the uses of each nonce from 1',
    );
  }
  const qop = challenge.qopAuthInt && request.body !== undefined ? 'auth-int' : 'auth';
  if (qop === 'auth' && !challenge.qopAuth) {
    throw new SipArgumentError(
      'expected a body, since the challenge offers auth-int alone, found none',
      'answer to a digest challenge',
      'pass empty bytes where the request has no body',
    );
  }
  const nonceCount = use.nonceCount.toString(16).padStart(8, '0');
  const { realm, nonce, algorithm, opaque, algorithmNamed } = challenge;
  const ha1 = secretA1(secret, algorithm, realm);
  const response = requestDigest(algorithm, ha1, {
    nonce,
    nonceCount,
    cnonce: use.cnonce,
    qop,
    method: request.method,
    uri: request.uri,
    body: request.body ?? noBody,
  });
  const { userhash } = challenge;
  return writeAuthorization({
    username: userhash ? hashUsername(algorithm, secret.username, realm) : secret.username,
    userhash,
    realm,
    nonce,
    uri: request.uri,
    response,
    algorithm,
    algorithmNamed,
    cnonce: use.cnonce,
    opaque,
    qop,
    nonceCount,
  });
}
