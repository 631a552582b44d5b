import { foundValue, isThenable } from '@entente/options';
import type { Rejection } from '@entente/trust';
import { type CertificateNames, certificateNamesOf, decodeCertificate } from '@entente/x509';
import { hearRejection } from '../fault/call-back.ts';
import { checks } from '../options/checks.ts';

/** Decides whether a client that has presented a certificate of an issuer unknown here is admitted as one that has presented none. */
export type IgnoreUnknownIssuer = (claimed: CertificateNames) => boolean;

/**
 * Octets of the certificates that a client may have presented and be admitted without a name: the connection keeps ten to twenty times as many,
 * for as long as it is open. A leaf with two intermediates has 3,000 to 5,000.
 */
const mostIgnoredOctets = 8_192;

/**
 * Whether the certificate of a client counts as none. It does only where no anchor vouches for it: what an anchor vouches for and is refused,
 * because it is revoked for instance, stays refused.
 *
 * @param ignore - what the caller of `serve` has given
 * @param rejection - of the verdict
 * @param leaf - DER, as presented
 * @param octets - of all that was presented
 * @throws TlsFault `ENTENTE_OPTION_INVALID` where the function answers neither true nor false
 */
export function isIgnored(
  ignore: IgnoreUnknownIssuer | undefined,
  rejection: Rejection,
  leaf: Uint8Array | undefined,
  octets: number,
): boolean {
  if (ignore === undefined || leaf === undefined) return false;
  if (rejection.reason !== 'unknown-issuer' || octets > mostIgnoredOctets) return false;
  const decoded = decodeCertificate(leaf);
  if (!decoded.ok) return false;
  const answer: unknown = ignore(certificateNamesOf(decoded.value));
  if (typeof answer === 'boolean') return answer;
  // What a promise may be rejected with must not end the process.
  if (isThenable(answer)) hearRejection(answer, () => {});
  throw checks
    .optionsOf('serve')
    .within('ignoreUnknownIssuer')
    .fault(
      `expected ignoreUnknownIssuer to answer true or false, found ${foundValue(answer)}`,
      'answer at once: true admits the client without a name, false refuses it',
    );
}
