import type { Certificate, CertificateList } from '@entente/x509';
import { isSignedBy } from './is-signed-by.ts';

/**
 * The latest time that revocation lists of believed authorities carry: no clock that is right lies before it.
 *
 * @param crls - lists, believed or not
 * @param issuers - certificates of the authorities whose lists count
 * @returns thisUpdate of the latest one that one of them has signed, milliseconds since the epoch; undefined where there is none
 */
export function latestSignedTime(
  crls: readonly CertificateList[],
  issuers: readonly Certificate[],
): number | undefined {
  let latest: number | undefined;
  for (const crl of crls) {
    if (latest !== undefined && crl.thisUpdate <= latest) continue;
    const isSigned = issuers.some(
      (issuer) => issuer.subject.canonical === crl.issuer.canonical && isSignedBy(crl, issuer),
    );
    if (isSigned) latest = crl.thisUpdate;
  }
  return latest;
}
