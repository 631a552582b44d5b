import { checkGiven, checkParts, type PartKind } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { isAscii } from '../syntax/text.ts';
import { checkAlgorithm, type DigestAlgorithm, digestAlgorithm } from './algorithm.ts';
import { quotedParameter, readAuthParameters, readAuthScheme } from './auth-value.ts';
import { type QualityOfProtection, readQop } from './request-digest.ts';

/** A digest challenge as read from WWW-Authenticate or Proxy-Authenticate. */
export interface DigestChallenge {
  /** The protection space that the credentials are for, without quotes, with case. */
  readonly realm: string;
  /** Without quotes; credentials repeat it as it is. */
  readonly nonce: string;
  /** `MD5` where the challenge names none (RFC 7616 §3.3). */
  readonly algorithm: DigestAlgorithm;
  /** Whether the algorithm was named; credentials repeat the parameter only then. */
  readonly algorithmNamed: boolean;
  /** Without quotes; credentials repeat it as it is. undefined where there is none. */
  readonly opaque: string | undefined;
  /** True: the credentials were right, only the nonce was too old. */
  readonly stale: boolean;
  /** Whether `auth` is offered; so it is where no quality of protection is named (RFC 8760 §2.6 bullet 8). */
  readonly qopAuth: boolean;
  /** Whether `auth-int` is offered. */
  readonly qopAuthInt: boolean;
  /** Whether the server wants the username hashed. */
  readonly userhash: boolean;
}

const kinds = {
  realm: 'text',
  nonce: 'text',
  algorithm: 'text',
  stale: 'truth',
  opaque: 'text',
  qop: 'texts',
  userhash: 'truth',
} satisfies Record<keyof Parameters<typeof createChallenge>[0], PartKind>;

/**
 * Writes the value of one WWW-Authenticate or Proxy-Authenticate header field. Several algorithms need several fields,
 * the preferred one first (RFC 8760 §2.3).
 * @param options - realm and nonce as text, the algorithm, `stale` where only the nonce was too old, `opaque` optional;
 *   `qop` what is offered, default `auth` alone (to offer `auth-int`, pass bodies to `verifyAuthorization`); `userhash`
 *   where records can be found by {@link hashUsername}
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the realm is empty or not ASCII, the algorithm is none of this package, or an option has
 *   another name
 * @see RFC 7616 §3.3, RFC 8760 §2.6 (qop is always there)
 */
export function createChallenge(options: {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  readonly stale?: boolean;
  readonly opaque?: string;
  readonly qop?: readonly QualityOfProtection[];
  readonly userhash?: boolean;
}): string {
  checkParts(options, kinds, 'challenge');
  for (const name of ['realm', 'nonce', 'algorithm'] as const) checkGiven(options[name], 'text', name);
  checkAlgorithm(options.algorithm);
  if (options.realm.length === 0 || !isAscii(options.realm)) {
    throw new SipArgumentError(
      `expected ASCII text such as a domain, found ${JSON.stringify(options.realm)}`,
      'realm of a digest challenge',
      'use the domain in A-label form',
    );
  }
  let value = `Digest ${quotedParameter('realm', options.realm)}, ${quotedParameter('nonce', options.nonce)}`;
  value += `, algorithm=${options.algorithm}, qop="${(options.qop ?? ['auth']).join(',') || 'auth'}"`;
  if (options.opaque !== undefined) value += `, ${quotedParameter('opaque', options.opaque)}`;
  if (options.stale === true) value += ', stale=true';
  if (options.userhash === true) value += ', userhash=true';
  return value;
}

/**
 * Reads one challenge.
 * @param value - one header field value as text
 * @returns undefined for another scheme, an algorithm this package does not know, or
 *   a value without realm or nonce: a client ignores what it does not understand (RFC 8760 §2.4)
 */
export function parseChallenge(value: string): DigestChallenge | undefined {
  const scheme = readAuthScheme(value);
  const parameters = scheme?.isDigest === true ? readAuthParameters(value, scheme.after) : undefined;
  if (parameters === undefined) return undefined;
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const algorithmName = parameters.get('algorithm');
  const algorithm = digestAlgorithm(algorithmName);
  if (realm === undefined || nonce === undefined || algorithm === undefined) return undefined;
  const qop = parameters.get('qop');
  const offered = qop === undefined ? ['auth'] : qop.split(',').map(readQop);
  return {
    realm,
    nonce,
    algorithm,
    algorithmNamed: algorithmName !== undefined,
    opaque: parameters.get('opaque'),
    stale: parameters.get('stale')?.toLowerCase() === 'true',
    qopAuth: offered.includes('auth'),
    qopAuthInt: offered.includes('auth-int'),
    userhash: parameters.get('userhash')?.toLowerCase() === 'true',
  };
}
