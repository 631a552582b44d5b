import {
  createResponse,
  type HeaderValue,
  reasonPhrase,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';

/** Every reason for which a request is not carried on. Stable: logs, metrics and Entente-Diagnostics carry the literal. */
export const refusalReasons = [
  'malformed-request',
  'unsupported-uri-scheme',
  'too-many-hops',
  'loop-detected',
  'breadth-exceeded',
  'extension-not-supported',
  'authentication-required',
  'credentials-not-accepted',
  'account-disabled',
  'accounts-stale',
  'own-certificate-over',
  'dial-outside-not-allowed',
  'number-invalid',
  'number-not-routed',
  'transfer-not-allowed',
  'too-many-attempts',
  'algorithm-not-allowed',
  'identity-not-authorised',
  'not-own-address',
  'registration-not-authorised',
  'relay-not-allowed',
  'link-not-allowed',
  'past-director',
  'not-in-dialog',
  'domain-not-authorised',
  'unknown-user',
  'not-registered',
  'interval-too-brief',
  'too-many-contacts',
  'registration-out-of-order',
  'insecure-registration',
  'first-hop-lacks-outbound',
  'flow-failed',
  'method-not-allowed',
  'event-not-supported',
  'message-too-large',
  'media-not-encrypted',
  'no-room',
  'overloaded',
  'unreachable',
  'locations-unavailable',
  'password-not-changed',
  'accounts-unavailable',
  'replication-not-allowed',
  'refused-by-policy',
  'policy-unavailable',
] as const;

/** Why a request is not carried on. */
export type RefusalReason = (typeof refusalReasons)[number];

/** A refusal as a value: what to answer, what to log, what to do about it. */
export interface RequestRefusal {
  /** Status of the response, 400 to 699. */
  readonly status: number;
  /** Reason phrase of the response; the usual one of the status unless the refusal has its own. */
  readonly reasonPhrase: string;
  /** Stable literal for logs, metrics and Entente-Diagnostics. */
  readonly reason: RefusalReason;
  /** A sentence for insiders: what was expected, what was found. */
  readonly message: string;
  /** What would make the request acceptable. */
  readonly remedy: string;
  /** The username that the sender claims, where it is about one. Nobody has proven it. */
  readonly user?: string;
  /** Header fields the response needs, for instance Unsupported or WWW-Authenticate. */
  readonly headers: readonly (readonly [name: string, value: HeaderValue])[];
}

/** Builds a refusal; the reason phrase is the usual one of the status unless given. */
export function refusal(
  reason: RefusalReason,
  status: number,
  message: string,
  remedy: string,
  headers: RequestRefusal['headers'] = [],
  phrase: string = reasonPhrase(status),
): RequestRefusal {
  return { status, reasonPhrase: phrase, reason, message, remedy, headers };
}

/** The decision that a request goes nowhere. */
export interface RefuseDecision {
  /** Distinguishes it from the other decisions. */
  readonly kind: 'refuse';
  /** Why, and what the sender is answered. */
  readonly refusal: RequestRefusal;
}

/**
 * Decides that a request goes nowhere.
 * @param why - from {@link refusal}
 */
export function refuse(why: RequestRefusal): RefuseDecision {
  return { kind: 'refuse', refusal: why };
}

/**
 * The response that tells a refusal to the sender. It holds what the sender needs, not what insiders read.
 * @param request - the refused request; never an ACK, which has no response
 * @param refused - why
 * @param toTag - tag for To where the request has none, 32 random bits or more
 */
export function responseForRefusal(request: SipRequest, refused: RequestRefusal, toTag: string): SipResponse {
  return createResponse(request, refused.status, refused.reasonPhrase, { toTag, headers: refused.headers });
}

/** What the two warnings about the scheme say (RFC 5630 §9): another scheme than that of the Request-URI would reach the user. */
export const sipsWarnings = { 380: 'SIPS Not Allowed', 381: 'SIPS Required' } as const;

/**
 * Whether a value of Warning is about the scheme.
 * @param value - as received
 */
export function isAboutSips(value: string): boolean {
  return /^\s*38[01] /.test(value);
}

/**
 * A Warning header field value.
 * @param code - 300 to 399; see the IANA registry of warn-codes, 380 and 381 in RFC 5630 §8.3
 * @param agent - host name of the server that warns
 * @param text - for people
 * @see RFC 3261 §20.43
 */
export function warning(code: number, agent: string, text: string): string {
  return `${code} ${agent} "${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * A Warning header field value with code 399.
 * @param agent - host name of the server that warns
 * @param text - for people
 * @see RFC 3261 §20.43
 */
export function warning399(agent: string, text: string): string {
  return warning(399, agent, text);
}
