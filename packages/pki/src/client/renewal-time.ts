import { member, unlike } from '../ground/given.ts';

/** The interval around half-life in which renewals are spread: a tenth of the life. */
const jitter = 0.1;

/**
 * When to renew: at half of the life, earlier or later by up to a twentieth of it, so that servers that joined
 * together do not renew together.
 * @param certificate - its two ends, milliseconds since 1970
 * @param random - 0 to 1, drawn once for each certificate
 * @returns milliseconds since 1970
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where there would be no such time, or one outside of that life
 */
export function renewalTime(
  certificate: { readonly notBefore: number; readonly notAfter: number },
  random: number,
): number {
  const ends = [member(certificate, 'notBefore'), member(certificate, 'notAfter')];
  if (!ends.every(Number.isFinite))
    throw unlike(certificate, 'notBefore and notAfter in milliseconds', 'certificate of renewalTime');
  if (!Number.isFinite(random) || random < 0 || random > 1)
    throw unlike(random, 'a number from 0 to 1', 'random of renewalTime');
  const life = certificate.notAfter - certificate.notBefore;
  return Math.round(certificate.notBefore + life * (0.5 + jitter * (random - 0.5)));
}
