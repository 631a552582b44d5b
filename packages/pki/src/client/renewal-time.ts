import { aNumber, checkValue, having } from '../ground/check-values.ts';

/** The interval around half-life in which renewals are spread: a tenth of the life. */
const jitter = 0.1;

/**
 * When to renew: at half of the life, earlier or later by up to a twentieth of it, so that servers that joined
 * together do not renew together.
 * @param certificate - its two ends, milliseconds since 1970
 * @param random - 0 to 1, drawn once for each certificate
 * @returns milliseconds since 1970
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`: a timer with another value would fire at once, again and again
 */
export function renewalTime(
  certificate: { readonly notBefore: number; readonly notAfter: number },
  random: number,
): number {
  checkValue(
    certificate,
    having('a certificate with its two ends', 'notBefore', 'notAfter'),
    'certificate of renewalTime',
  );
  checkValue(certificate.notBefore, aNumber, 'notBefore of renewalTime');
  checkValue(certificate.notAfter, aNumber, 'notAfter of renewalTime');
  checkValue(random, aNumber, 'random of renewalTime');
  const life = certificate.notAfter - certificate.notBefore;
  return Math.round(certificate.notBefore + life * (0.5 + jitter * (random - 0.5)));
}
