/**
 * Why the authority refused. Each literal is stable: logs, problem documents and clients match on it.
 */
export type PkiReason =
  | 'malformed-request'
  | 'request-too-large'
  | 'media-type-not-supported'
  | 'possession-not-proven'
  | 'key-not-allowed'
  | 'no-certificate'
  | 'token-malformed'
  | 'token-unknown'
  | 'token-expired'
  | 'token-spent'
  | 'token-for-another-server'
  | 'token-revoked'
  | 'requester-revoked'
  | 'subject-revoked'
  | 'predecessor-unknown'
  | 'already-renewed'
  | 'already-joined'
  | 'authority-link-closed'
  | 'key-compromised'
  | 'not-in-topology'
  | 'name-not-allowed'
  | 'profile-not-allowed'
  | 'profile-violated'
  | 'certificate-not-trusted'
  | 'root-not-in-use'
  | 'authority-ended'
  | 'certificate-unknown'
  | 'certificate-already-revoked'
  | 'last-authority'
  | 'certificate-not-on-hold'
  | 'not-found'
  | 'method-not-allowed';

/** A refusal as a value: nothing was issued or changed. */
export interface PkiRefusal {
  /** Stable literal. */
  readonly reason: PkiReason;
  /** What was expected and what was found, in one sentence. */
  readonly message: string;
  /** What the requester or the operator can do. */
  readonly remedy: string;
  /** HTTP status of the answer. */
  readonly status: number;
}

const statusOf: Record<PkiReason, number> = {
  'malformed-request': 400,
  'request-too-large': 413,
  'media-type-not-supported': 415,
  'possession-not-proven': 400,
  'key-not-allowed': 400,
  'no-certificate': 401,
  'token-malformed': 400,
  'token-unknown': 403,
  'token-expired': 403,
  'token-spent': 403,
  'token-for-another-server': 403,
  'token-revoked': 403,
  'requester-revoked': 403,
  'subject-revoked': 403,
  'predecessor-unknown': 403,
  'already-renewed': 409,
  'already-joined': 409,
  'authority-link-closed': 409,
  'key-compromised': 403,
  'not-in-topology': 403,
  'name-not-allowed': 403,
  'profile-not-allowed': 403,
  'profile-violated': 422,
  'certificate-not-trusted': 503,
  'root-not-in-use': 503,
  'authority-ended': 503,
  'certificate-unknown': 404,
  'certificate-already-revoked': 409,
  'last-authority': 409,
  'certificate-not-on-hold': 409,
  'not-found': 404,
  'method-not-allowed': 405,
};

/** Every reason of this package; a test checks that each one is documented and tested. */
export const pkiReasons: readonly PkiReason[] = Object.keys(statusOf) as PkiReason[];

/**
 * Refusals that never occur while everything is in order: a secret or a certificate is used by two, or by one who should not have it.
 * An administrator must look at each.
 */
export const alarmingReasons: ReadonlySet<string> = new Set<PkiReason>([
  'token-spent',
  'token-revoked',
  'predecessor-unknown',
  'already-renewed',
  'key-compromised',
]);

/**
 * Builds a refusal.
 * @param reason - stable literal
 * @param message - what was expected and what was found
 * @param remedy - what to do now
 */
export function refuse(reason: PkiReason, message: string, remedy: string): PkiRefusal {
  return { reason, message, remedy, status: statusOf[reason] };
}
