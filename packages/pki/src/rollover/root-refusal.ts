/** Why the root refuses a request, or an authority an answer. Each literal is stable. */
export type RootReason =
  | 'root-document-malformed'
  | 'root-of-another-domain'
  | 'another-root'
  | 'root-ended'
  | 'root-list-invalid'
  | 'root-list-not-newer'
  | 'revocation-withdrawn'
  | 'clock-untrusted'
  | 'issuing-request-invalid'
  | 'issuing-key-not-allowed'
  | 'issuing-name-not-allowed'
  | 'issuing-rights-not-allowed'
  | 'issuing-not-requested'
  | 'issuing-certificate-invalid'
  | 'certificate-not-of-root'
  | 'next-root-invalid'
  | 'next-root-not-requested';

/** Every reason; a test checks that each one is documented and tested. */
export const rootReasons: readonly RootReason[] = [
  'root-document-malformed',
  'root-of-another-domain',
  'another-root',
  'root-ended',
  'root-list-invalid',
  'root-list-not-newer',
  'revocation-withdrawn',
  'clock-untrusted',
  'issuing-request-invalid',
  'issuing-key-not-allowed',
  'issuing-name-not-allowed',
  'issuing-rights-not-allowed',
  'issuing-not-requested',
  'issuing-certificate-invalid',
  'certificate-not-of-root',
  'next-root-invalid',
  'next-root-not-requested',
];

/** A refusal as a value: nothing was signed or accepted. */
export interface RootRefusal {
  /** Stable literal, for programs and logs. */
  readonly reason: RootReason;
  /** What was expected and what was found. */
  readonly message: string;
  /** What to do now; without final stop. */
  readonly remedy: string;
}

/** The outcome of a check. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: RootRefusal };

/** @param value - what has passed */
export function passed<T>(value: T): Checked<T> {
  return { ok: true, value };
}

/**
 * @param reason - stable literal
 * @param message - what was expected and what was found
 * @param remedy - what to do now
 */
export function failed(
  reason: RootReason,
  message: string,
  remedy: string,
): { readonly ok: false; readonly refusal: RootRefusal } {
  return { ok: false, refusal: { reason, message, remedy } };
}
