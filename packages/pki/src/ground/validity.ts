/** One day in milliseconds. */
const dayMs = 86_400_000;

/** Issued certificates begin this much in the past, for members whose clocks are a little behind: 10 minutes. */
export const backdateMs = 600_000;

/** Life of a root: 10 years. */
export const rootLifetimeMs = 3_652 * dayMs;

/** Life of an issuing authority: 1 year. */
export const issuingAuthorityLifetimeMs = 365 * dayMs;

/** The two ends of a validity period, on whole seconds as X.509 times are. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * The validity of a certificate that is issued now.
 * @param now - milliseconds since 1970
 * @param lifetimeMs - from now to its end
 */
export function validityFrom(now: number, lifetimeMs: number): Validity {
  return { notBefore: wholeSecond(now - backdateMs), notAfter: wholeSecond(now + lifetimeMs) };
}

function wholeSecond(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}
