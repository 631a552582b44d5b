import type { Certificate, CertificateList } from '@entente/x509';
import { isSignedBy } from './is-signed-by.ts';

/**
 * The latest time in the CRLs of trusted authorities: a correct clock is not behind it.
 *
 * @param crls - CRLs, verified or not
 * @param issuers - certificates of the authorities whose CRLs count
 * @returns thisUpdate of the latest CRL that one of them signed, milliseconds since the epoch; undefined where there is none
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
