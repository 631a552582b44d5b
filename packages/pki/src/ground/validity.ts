import { checkMilliseconds } from './check-options.ts';

/** One day in milliseconds. */
const dayMs = 86_400_000;

/** Certificates are valid from this time before their issuance, for members whose clocks are behind: 10 minutes. */
export const backdateMs = 600_000;

/** Lifetime of a root: 10 years. */
export const rootLifetimeMs = 3_652 * dayMs;

/** Lifetime of an issuing authority: 2 years, so that one visit a year to the key of the root is enough. */
export const issuingAuthorityLifetimeMs = 730 * dayMs;

/** Lifetime of a root's CRL: 18 months, so that a visit a year later is early enough by 6 months. */
export const rootListLifetimeMs = 548 * dayMs;

/** A validity period in whole seconds, like all X.509 times. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * The validity of a certificate that is issued now.
 * @param now - milliseconds since 1970
 * @param lifetimeMs - milliseconds from now to its end
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function validityFrom(now: number, lifetimeMs: number): Validity {
  checkMilliseconds(now, 'now');
  checkMilliseconds(lifetimeMs, 'lifetimeMs');
  return { notBefore: wholeSecond(now - backdateMs), notAfter: wholeSecond(now + lifetimeMs) };
}

function wholeSecond(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}
