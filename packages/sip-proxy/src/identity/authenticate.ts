import {
  type AuthorizationFault,
  addressOfRecord,
  type CredentialRecord,
  createChallenge,
  createNonce,
  type DigestAlgorithm,
  type DigestAuthorization,
  type PoolNonceKeys,
  parseAuthorization,
  parseUri,
  type ReplayWindow,
  type SipRequest,
  SipUri,
  uriEquals,
  verifyAuthorization,
} from '@entente/sip';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import { checkAuthenticateOptions } from './check-authenticate-options.ts';
import type { GuessLimit } from './guess-limit.ts';

/** A user whose credentials were right. */
export interface AuthenticatedUser {
  /** As in the credential record, without realm. */
  readonly username: string;
  /** The protection space that the credentials are for: `realm` of the options. */
  readonly realm: string;
  /** Which algorithm proved it. */
  readonly algorithm: DigestAlgorithm;
  /** When the challenge was made that the credentials answer, milliseconds since 1970. */
  readonly challengedAt: number;
}

/** What {@link authenticate} decides. A challenge is a refusal that the client can answer. */
export type Authentication =
  | { readonly outcome: 'authenticated'; readonly user: AuthenticatedUser }
  | { readonly outcome: 'challenge' | 'refused'; readonly refusal: RequestRefusal };

/** What a server needs to authenticate its users. */
export interface AuthenticateOptions {
  /** The protection space, by custom the SIP domain. */
  readonly realm: string;
  /** `registrar` answers 401 with WWW-Authenticate, `proxy` 407 with Proxy-Authenticate; default by the method. */
  readonly as?: 'registrar' | 'proxy';
  /** The record of a user, or undefined. Fetch it beforehand where the store is far: see {@link claimedUsername}. */
  readonly credentials: (username: string, realm: string) => CredentialRecord | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** At least 32 secret bytes, shared by those who share `window`. */
  readonly nonceKey: Uint8Array;
  /** Shared by the servers of a pool: a nonce of another one is answered with `stale=true`. */
  readonly poolNonceKeys?: PoolNonceKeys | undefined;
  /** Eight random bytes, new for each call; used only where a challenge goes out. */
  readonly salt: () => Uint8Array;
  /** Milliseconds from its creation for which a nonce is good; after that it is answered with `stale=true`. */
  readonly nonceLifetimeMs: number;
  /** Remembers the counts that were used with each nonce; one for all requests of this realm and key. */
  readonly window: ReplayWindow;
  /** Limits guessing: see {@link GuessLimit}. Without it every credential is looked at. */
  readonly guesses?: GuessLimit;
  /** Address of the client, for `guesses`. */
  readonly address?: string;
  /** The connection of the request, where this user has authenticated on it already; for `guesses`, see {@link GuessPlace}. Default: none is. */
  readonly provenOn?: (username: string) => object | undefined;
  /** What is offered and accepted, preferred first; default SHA-256 alone. MD5 here has no effect. */
  readonly algorithms?: readonly DigestAlgorithm[];
  /**
   * Whether a host is an edge that hides addresses of ours behind its own name and has replaced the Request-URI by the address that it
   * stands for: credentials for an address there count. Default: none is.
   */
  readonly hidesAddresses?: (host: string) => boolean;
  /** Whether this user may use MD5, for clients that know nothing else. Default: nobody. */
  readonly allowMd5For?: (username: string) => boolean;
}

/** Credentials of one request that are looked at for this realm: one for each algorithm, and one to spare. */
const maxCredentials = 4;
/** Characters of a claimed username that a refusal carries. */
const maxShownUser = 100;
const defaultAlgorithms: readonly DigestAlgorithm[] = ['SHA-256'];

/**
 * The username a request claims: that of its credentials for the realm, else the user part of From.
 * @returns undefined where it claims none
 */
export function claimedUsername(request: SipRequest, realm: string): string | undefined {
  for (const name of ['Authorization', 'Proxy-Authorization']) {
    for (const value of request.all(name)) {
      const found = parseAuthorization(value);
      if (typeof found === 'object' && found.realm === realm) return found.username;
    }
  }
  const { uri } = request.from;
  return uri.kind === 'sip' ? uri.user : undefined;
}

/** A header field with credentials. */
export type CredentialField = 'Authorization' | 'Proxy-Authorization';

/**
 * The field whose credentials count.
 * @param request - of a client
 * @param as - what this server is for it; default by the method
 */
export function credentialField(request: SipRequest, as?: 'registrar' | 'proxy'): CredentialField {
  const isRegistrar = as === undefined ? request.method === 'REGISTER' : as === 'registrar';
  return isRegistrar ? 'Authorization' : 'Proxy-Authorization';
}

/**
 * Decides whether a request comes from a user of this realm.
 * @param request - any but ACK and CANCEL, which cannot be challenged (RFC 3261 §22.1)
 * @param options - realm, records, time, keys
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` for options that there are not, or that have another form
 * @see RFC 3261 §22, RFC 8760 §2
 */
export function authenticate(request: SipRequest, options: AuthenticateOptions): Authentication {
  checkAuthenticateOptions(options);
  const header = credentialField(request, options.as);
  const registrar = header === 'Authorization';
  let fault: AuthorizationFault | undefined;
  let tried: string | undefined;
  let count = 0;
  for (const value of request.all(header)) {
    const authorization = parseAuthorization(value);
    if (authorization === 'other-scheme') continue;
    if (authorization === undefined) {
      fault ??= 'malformed';
      continue;
    }
    // Credentials for other realms belong to servers further on.
    if (authorization.realm !== options.realm) continue;
    count++;
    if (count > maxCredentials) return { outcome: 'refused', refusal: tooManyCredentials(header) };
    const { guesses, address = '', now } = options;
    tried = authorization.username;
    const user = { username: tried, realm: options.realm };
    const place = { address, provenOn: options.provenOn?.(tried) };
    const waitMs = guesses?.waitMs(user, place, now) ?? 0;
    if (waitMs > 0) return { outcome: 'refused', refusal: tooManyAttempts(tried, address, waitMs) };
    const verdict = verify(request, authorization, options);
    if (verdict.ok) {
      const { username, realm, algorithm, nonceCreatedAt: challengedAt } = verdict;
      guesses?.succeeded(user, place, now);
      return { outcome: 'authenticated', user: { username, realm, algorithm, challengedAt } };
    }
    fault = verdict.fault;
    if (fault === 'wrong-response' || fault === 'unknown-user')
      guesses?.failed(user, place, now, fault === 'wrong-response');
  }
  if (fault === 'malformed' || fault === 'uri-mismatch')
    return { outcome: 'refused', refusal: unusable(header, fault) };
  const challenged = challenge(request, options, registrar, fault);
  return {
    outcome: 'challenge',
    refusal: tried === undefined ? challenged : { ...challenged, user: shown(tried) },
  };
}

function verify(request: SipRequest, authorization: DigestAuthorization, options: AuthenticateOptions) {
  const { username, algorithm } = authorization;
  const allowed =
    algorithm === 'MD5'
      ? (options.allowMd5For?.(username) ?? false)
      : algorithm !== undefined && (options.algorithms ?? defaultAlgorithms).includes(algorithm);
  if (!allowed) return { ok: false, fault: 'algorithm-not-allowed' } as const;
  return verifyAuthorization(authorization, {
    method: request.method,
    realm: options.realm,
    record: options.credentials(username, options.realm),
    uriMatches: (uri) => sameResource(uri, request, options),
    now: options.now,
    nonceKey: options.nonceKey,
    poolNonceKeys: options.poolNonceKeys,
    nonceLifetimeMs: options.nonceLifetimeMs,
    window: options.window,
  });
}

function sameResource(
  digestUri: string,
  request: SipRequest,
  { hidesAddresses }: AuthenticateOptions,
): boolean {
  if (digestUri === request.uriText) return true;
  const parsed = parseUri(digestUri);
  if (!parsed.ok) return false;
  const { value: uri } = parsed;
  if (uri.kind === 'sip' && uri.rawUser !== undefined && hidesAddresses?.(uri.host) === true) return true;
  return uriEquals(uri, request.uri);
}

function challenge(
  request: SipRequest,
  options: AuthenticateOptions,
  registrar: boolean,
  fault: AuthorizationFault | undefined,
): RequestRefusal {
  const { now, nonceKey: key, poolNonceKeys: pool, realm } = options;
  const nonce = createNonce({ now, key, salt: options.salt(), realm, pool });
  const algorithms = offered(options, claimedUsername(request, realm));
  const name = registrar ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  const stale = fault === 'stale-nonce';
  const headers = algorithms.map(
    (algorithm) => [name, createChallenge({ realm, nonce, algorithm, stale })] as const,
  );
  const [reason, found, remedy] = explain(fault, algorithms);
  return refusal(
    reason,
    registrar ? 401 : 407,
    `Credentials: expected a valid digest for realm ${realm}, found ${found}`,
    remedy,
    headers,
  );
}

/**
 * What to offer: of the algorithms of this realm those the user has a verifier for, all of them where the user is not known.
 * MD5 goes last: a client takes the topmost challenge it understands (RFC 8760 §2.4). A client that stops at the first one
 * it does not understand, as libre does, needs a user with an MD5 verifier only.
 */
function offered(options: AuthenticateOptions, claimed: string | undefined): readonly DigestAlgorithm[] {
  const strong = (options.algorithms ?? defaultAlgorithms).filter((one) => one !== 'MD5');
  if (claimed === undefined) return strong;
  const record = options.credentials(claimed, options.realm);
  const usable: DigestAlgorithm[] =
    record === undefined ? [...strong] : strong.filter((one) => record.ha1[one] !== undefined);
  if (options.allowMd5For?.(claimed) ?? false) usable.push('MD5');
  return usable.length === 0 ? strong : usable;
}

function explain(
  fault: AuthorizationFault | undefined,
  algorithms: readonly DigestAlgorithm[],
): readonly [
  'authentication-required' | 'credentials-not-accepted' | 'algorithm-not-allowed',
  string,
  string,
] {
  switch (fault) {
    case undefined:
      return [
        'authentication-required',
        'none',
        'Send the request again with credentials for the challenge.',
      ];
    case 'stale-nonce':
      return [
        'authentication-required',
        'a nonce that is too old, or of another server of the pool',
        'Use the new nonce; the password was right.',
      ];
    case 'forged-nonce':
      return [
        'authentication-required',
        'a nonce this realm did not issue',
        'Use the nonce of the challenge.',
      ];
    case 'algorithm-not-allowed':
      return [
        'algorithm-not-allowed',
        'an algorithm that is not allowed for this user',
        `Use a client that knows ${algorithms.join(' or ')}, or allow MD5 for this user and store a verifier for it.`,
      ];
    case 'replayed':
      return ['credentials-not-accepted', 'a nonce count used before', 'Count up nc with each request.'];
    default:
      // Whether the name or the password was wrong is not told, not even here: logs travel.
      return ['credentials-not-accepted', 'a wrong username or password', 'Check username and password.'];
  }
}

function tooManyAttempts(user: string, address: string, waitMs: number): RequestRefusal {
  const seconds = Math.ceil(waitMs / 1_000);
  const refused = refusal(
    'too-many-attempts',
    403,
    `Credentials: expected none for ${seconds} s after that many wrong ones from ${address || 'there'}, found some`,
    'Wait, then send the right password; if it was forgotten, have it set again.',
    [['Retry-After', seconds]],
  );
  return { ...refused, user: shown(user) };
}

/** A name that somebody claims, at a length that a log can take. */
function shown(user: string): string {
  return user.slice(0, maxShownUser);
}

function tooManyCredentials(header: string): RequestRefusal {
  return refusal(
    'malformed-request',
    400,
    `${header}: expected at most ${maxCredentials} credentials for one realm, found more`,
    'Answer one challenge for each realm (RFC 3261 §22.3).',
  );
}

function unusable(header: string, fault: 'malformed' | 'uri-mismatch'): RequestRefusal {
  return fault === 'malformed'
    ? refusal(
        'malformed-request',
        400,
        `${header}: expected digest credentials with qop=auth, cnonce and nc, found something else`,
        'Answer the challenge with quality of protection auth.',
      )
    : refusal(
        'malformed-request',
        400,
        `${header}: expected a digest uri equal to the Request-URI, found another`,
        'Compute the digest over the Request-URI as sent.',
      );
}

/**
 * The address of record of an authenticated user: `username@domain`, the key that identities are compared by.
 * @param user - authenticated
 * @param domain - a SIP domain of ours, usually the realm
 */
export function userAddress(user: { readonly username: string }, domain: string): string {
  return addressOfRecord(SipUri.from({ user: user.username, host: domain })) ?? '';
}
