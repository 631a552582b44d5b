import { type CertificateList, oids } from '@entente/x509';
import { timeProblem } from '../rules/time-form.ts';

/**
 * The first rule of RFC 5280 §5 for CRL issuers that a CRL breaks.
 *
 * @returns a few words, or undefined
 */
export function crlRuleProblem(crl: CertificateList): string | undefined {
  const critical = (oid: string): boolean =>
    crl.extensions.some((extension) => extension.oid === oid && extension.critical);
  // §5.1
  if (crl.emptyEntryExtensions) return 'a CRL with an entry whose list of extensions is empty';
  // §5.2.3, §5.2.1, §5.2.4, §5.2.5, §5.2.6, §5.2.7, §5.1.2.4, §5.1.2.5
  if (crl.crlNumber === undefined) return 'a CRL without CRL number';
  if (critical(oids.cRLNumber)) return 'a CRL whose CRL number is critical';
  if (crl.authorityKeyId?.keyId === undefined) return 'a CRL that does not name the key of its signer';
  if (critical(oids.authorityKeyIdentifier)) return 'a CRL whose authority key identifier is critical';
  if (crl.baseCrlNumber !== undefined && !critical(oids.deltaCRLIndicator)) {
    return 'a delta CRL whose indicator is not critical';
  }
  if (crl.issuingDistributionPoint !== undefined && !critical(oids.issuingDistributionPoint)) {
    return 'a CRL whose issuing distribution point is not critical';
  }
  if (critical(oids.freshestCRL)) return 'a CRL whose pointers to deltas are critical';
  if (critical(oids.authorityInfoAccess)) return 'a CRL whose pointers to its issuer are critical';
  const { thisUpdate, thisUpdateForm, nextUpdate, nextUpdateForm } = crl;
  const wrong =
    timeProblem(thisUpdate, thisUpdateForm) ??
    (nextUpdate === undefined || nextUpdateForm === undefined
      ? undefined
      : timeProblem(nextUpdate, nextUpdateForm));
  return wrong === undefined ? undefined : `a CRL with ${wrong}`;
}
