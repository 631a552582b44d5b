import { checkObject } from '../syntax/check-object.ts';
import { type DigestAlgorithm, digestHex, digestHexLength } from './algorithm.ts';
import { type DigestAuthorization, readCount } from './authorization.ts';
import { type CredentialRecord, hashUsername } from './credential-record.ts';
import { equalDigests } from './equal-digests.ts';
import { isFresh, type PoolNonceKeys, verifyNonce } from './nonce.ts';
import type { ReplayWindow } from './replay-window.ts';
import { noBody, readQop, requestDigest } from './request-digest.ts';

/**
 * Why an authorization was not accepted.
 * `stale-nonce`: only the nonce is too old, or of another server of the pool: challenge again with `stale=true`.
 * `forged-nonce`: this server did not create it for this realm: challenge again. `uri-mismatch`, `malformed`: answer 400.
 */
export type AuthorizationFault =
  | 'malformed'
  | 'algorithm-not-allowed'
  | 'realm-mismatch'
  | 'uri-mismatch'
  | 'unknown-user'
  | 'wrong-response'
  | 'forged-nonce'
  | 'stale-nonce'
  | 'replayed';

/** What {@link verifyAuthorization} decides. */
export type AuthorizationVerdict =
  | {
      readonly ok: true;
      readonly username: string;
      readonly realm: string;
      readonly algorithm: DigestAlgorithm;
      /** When the nonce was made, milliseconds since 1970. */
      readonly nonceCreatedAt: number;
    }
  | { readonly ok: false; readonly fault: AuthorizationFault };

/** What a server knows when it checks an authorization. */
export interface VerifyOptions {
  /** The method of the request, which the response covers (RFC 7616 §3.4.3). */
  readonly method: string;
  /** The body of the request, empty bytes for none. Where it is given, `auth-int` is accepted beside `auth`. */
  readonly body?: Uint8Array | undefined;
  /** The protection space; credentials for another one are refused, and so are nonces made for another one. */
  readonly realm: string;
  /** The user's record, or undefined where there is no such user in this realm. */
  readonly record: CredentialRecord | undefined;
  /** Whether the digest-uri and the Request-URI identify the same resource (RFC 8760 §2.6 bullet 6). */
  readonly uriMatches: (digestUri: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** At least 32 secret bytes: the key that `createNonce` had. */
  readonly nonceKey: Uint8Array;
  /** By what the nonces of the other servers of a pool are known, where there are such. */
  readonly poolNonceKeys?: PoolNonceKeys | undefined;
  /** Milliseconds from its creation for which a nonce is good; after that it is stale. */
  readonly nonceLifetimeMs: number;
  /** Shared by all checks of this realm with this key. */
  readonly window: ReplayWindow;
}

/**
 * Checks digest credentials. A quality of protection is required: without it there is no nonce count and no protection
 * against replay. Takes the same time for an unknown user as for a wrong password.
 * @param authorization - as read by {@link parseAuthorization}
 * @param options - what the server knows
 * @see RFC 7616 §3.4, RFC 8760 §2.6
 */
export function verifyAuthorization(
  authorization: DigestAuthorization,
  options: VerifyOptions,
): AuthorizationVerdict {
  checkObject(authorization, 'authorization of verifyAuthorization', 'give what parseAuthorization has read');
  checkObject(
    options,
    'options of verifyAuthorization',
    'give { method, realm, record, uriMatches, now, nonceKey, nonceLifetimeMs, window }',
  );
  const { algorithm, nonce, cnonce, nonceCount } = authorization;
  if (authorization.realm !== options.realm) return refused('realm-mismatch');
  const qop = readQop(authorization.qop);
  if (qop === undefined || cnonce === undefined || nonceCount === undefined) return refused('malformed');
  if (qop === 'auth-int' && options.body === undefined) return refused('malformed');
  const count = readCount(nonceCount);
  if (count === undefined || count === 0) return refused('malformed');
  if (algorithm === undefined) return refused('algorithm-not-allowed');

  // A nonce in the window was verified before it was stored, so only its first use needs the HMAC.
  const known = options.window.createdAt(nonce);
  const verdict =
    known === undefined
      ? verifyNonce(nonce, {
          now: options.now,
          key: options.nonceKey,
          realm: options.realm,
          pool: options.poolNonceKeys,
          lifetimeMs: options.nonceLifetimeMs,
        })
      : ({
          state: isFresh(known, options.now, options.nonceLifetimeMs) ? 'fresh' : 'expired',
          createdAt: known,
        } as const);
  if (verdict.state === 'forged') return refused('forged-nonce');
  // Comparing URIs costs more than all checks before, so it follows the check of the nonce.
  if (!options.uriMatches(authorization.uri)) return refused('uri-mismatch');

  const ha1 = options.record?.ha1[algorithm];
  const { method, body = noBody, record } = options;
  const fields = { nonce, nonceCount, cnonce, qop, method, uri: authorization.uri, body };
  const expected = requestDigest(algorithm, ha1 ?? digestHex(algorithm, nonce), fields);
  const right = equalDigests(expected, authorization.response, digestHexLength[algorithm]);
  if (record === undefined || !isUser(authorization, record, algorithm)) return refused('unknown-user');
  if (ha1 === undefined) return refused('algorithm-not-allowed');
  if (!right) return refused('wrong-response');
  // Which counts were used with a nonce only the server knows that made it: here it is good for nothing but a new one.
  if (verdict.state !== 'fresh') return refused('stale-nonce');
  const use = options.window.accept(nonce, verdict.createdAt, count, options.now);
  if (use === 'stale') return refused('stale-nonce');
  if (use === 'replayed') return refused('replayed');
  const { createdAt: nonceCreatedAt } = verdict;
  return { ok: true, username: record.username, realm: options.realm, algorithm, nonceCreatedAt };
}

/** Whether a record belongs to the user that the credentials name, in plain text or hashed. */
function isUser(
  { username, userhash, realm }: DigestAuthorization,
  record: CredentialRecord,
  algorithm: DigestAlgorithm,
): boolean {
  return username === (userhash ? hashUsername(algorithm, record.username, realm) : record.username);
}

function refused(fault: AuthorizationFault): AuthorizationVerdict {
  return { ok: false, fault };
}
