const codes: ReadonlySet<unknown> = new Set(['SIP_INVALID_ARGUMENT', 'ENTENTE_OPTION_INVALID']);

/**
 * Whether something has failed of what the caller gave, so that it fails of it each time.
 * @param error - what was thrown, or what it was caused by
 */
export function isCallersFault(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (codes.has((at as { readonly code?: unknown }).code)) return true;
  }
  return false;
}
