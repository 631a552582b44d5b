import type { Certificate } from '@entente/x509';
import type { RenewalFailure } from '../credential/renewal-failure.ts';

/** How the renewal of the certificate of one interface stands. */
export interface RenewalStanding {
  readonly side: 'internal' | 'external';
  /** The certificate in use. */
  readonly leaf: Pick<Certificate, 'notBefore' | 'notAfter'>;
  /** Of the last attempt; undefined where that succeeded, or none was made. */
  readonly failure: RenewalFailure | undefined;
}

/**
 * Whether a certificate comes to its end without another one: it is renewed after half of its life, so in the last third something is wrong.
 * @param standing - of one interface
 * @param now - milliseconds since the epoch
 */
export function renewalProblem(
  { failure, leaf: { notAfter, notBefore }, side }: RenewalStanding,
  now: number,
): Pick<RenewalFailure, 'message' | 'remedy'> | undefined {
  const end = new Date(notAfter).toISOString();
  if (failure !== undefined)
    return {
      message: `the certificate of the ${side} interface, valid until ${end}, was not renewed: ${failure.message}`,
      remedy: failure.remedy,
    };
  if (now < notAfter - (notAfter - notBefore) / 3) return undefined;
  return {
    message: `expected a certificate of the ${side} interface that was renewed after half of its life, found one in its last third, valid until ${end}`,
    remedy:
      'check that the authority runs and this server reaches it, and that the clocks of both are right; then restart this server',
  };
}
