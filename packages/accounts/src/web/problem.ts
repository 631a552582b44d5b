import { object } from '@entente/options';
import { checks } from '../fault.ts';

/** Why a request of a user was refused; stable literals. */
export type WebReason =
  | 'malformed-request'
  | 'body-too-long'
  | 'not-found'
  | 'method-not-allowed'
  | 'other-host'
  | 'other-origin'
  | 'csrf-mismatch'
  | 'signed-out'
  | 'session-not-known'
  | 'credentials-not-accepted'
  | 'account-disabled'
  | 'too-many-attempts'
  | 'throttled'
  | 'search-too-short'
  | 'password-too-short'
  | 'password-not-changed'
  | 'not-changeable'
  | 'accounts-stale'
  | 'unavailable'
  | 'relay-not-allowed';

/** The content of a problem document (RFC 9457): it repeats nothing that the caller has sent. */
export interface WebProblem {
  /** HTTP status. */
  readonly status: number;
  /** Stable literal; also the `title` of the document. */
  readonly reason: WebReason;
  /** What was expected and found, without final stop. */
  readonly detail: string;
  /** What the caller can do now, as a sentence. */
  readonly remedy: string;
  /** When the request may be repeated, seconds from now. */
  readonly retryAfterSec?: number;
}

/** Media type of a problem document. */
export const problemMediaType = 'application/problem+json';

const reasons: ReadonlySet<string> = new Set<WebReason>([
  'malformed-request',
  'body-too-long',
  'not-found',
  'method-not-allowed',
  'other-host',
  'other-origin',
  'csrf-mismatch',
  'signed-out',
  'session-not-known',
  'credentials-not-accepted',
  'account-disabled',
  'too-many-attempts',
  'throttled',
  'search-too-short',
  'password-too-short',
  'password-not-changed',
  'not-changeable',
  'accounts-stale',
  'unavailable',
  'relay-not-allowed',
]);

const maxText = 400;

/**
 * The body of a problem document.
 * @param problem - what it says
 * @see RFC 9457 §3
 */
export function formatProblem(problem: WebProblem): string {
  checks.argument(problem, object, 'problem of a request', 'give { status, reason, detail, remedy }');
  const { detail, reason, remedy, status } = problem;
  return JSON.stringify({ type: 'about:blank', title: reason, status, detail, reason, remedy });
}

/**
 * Reads a problem document of a front end.
 * @param status - of the answer, 400 or more
 * @param value - parsed JSON, of any form
 * @param retryAfterSec - of its header field
 * @returns undefined for anything else
 */
export function readProblemDocument(
  status: number,
  value: unknown,
  retryAfterSec?: number,
): WebProblem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { detail, reason, remedy } = value as Record<string, unknown>;
  if (typeof reason !== 'string' || !reasons.has(reason)) return undefined;
  if (typeof detail !== 'string' || typeof remedy !== 'string') return undefined;
  return {
    status,
    reason: reason as WebReason,
    detail: detail.slice(0, maxText),
    remedy: remedy.slice(0, maxText),
    ...(retryAfterSec === undefined ? {} : { retryAfterSec }),
  };
}

/** Name or password: which of them was wrong is not told. */
export const credentialsNotAccepted: WebProblem = {
  status: 401,
  reason: 'credentials-not-accepted',
  detail: 'expected the address and the password of a user, found a wrong one of them',
  remedy: 'Check address and password.',
};

/**
 * The refusal of a request that has not the form of its kind: 400.
 * @param what - expected and found, without what the caller has sent
 */
export function malformed(what: string): WebProblem {
  return {
    status: 400,
    reason: 'malformed-request',
    detail: what,
    remedy: 'Send the JSON that the reference of web services describes.',
  };
}
