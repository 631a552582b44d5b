/** The interval around half-life in which renewals are spread: a tenth of the life. */
const jitter = 0.1;

/**
 * When to renew: at half of the life, earlier or later by up to a twentieth of it, so that servers that joined
 * together do not renew together.
 * @param certificate - its two ends, milliseconds since 1970
 * @param random - 0 to 1, drawn once for each certificate
 * @returns milliseconds since 1970
 */
export function renewalTime(
  certificate: { readonly notBefore: number; readonly notAfter: number },
  random: number,
): number {
  const life = certificate.notAfter - certificate.notBefore;
  return Math.round(certificate.notBefore + life * (0.5 + jitter * (random - 0.5)));
}
