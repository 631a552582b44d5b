import {
  appendRdn,
  type Certificate,
  type CertificateList,
  type DistributionPoint,
  type DistributionPointName,
  type GeneralName,
  type Name,
} from '@entente/x509';
import { reasonMask } from '../knowledge/reason-mask.ts';
import { sameBytes } from '../signatures/key-identifier.ts';

/**
 * Whether a CRL covers a certificate through one distribution point, and for which reasons.
 *
 * @param issuer - subject of the certificate's issuer, already compared with the certificate's issuer field
 * @param point - a distribution point of the certificate; undefined for CRLs that no distribution point mentions
 * @returns the reasons it covers as bits, or why it does not cover the certificate
 * @see RFC 5280 §6.3.3 (b) and (d)
 */
export function crlScope(
  crl: CertificateList,
  certificate: Certificate,
  issuer: Name,
  point: DistributionPoint | undefined,
): number | string {
  const scope = crl.issuingDistributionPoint;
  if (point?.crlIssuer !== undefined) {
    const issuers = directoryNames(point.crlIssuer);
    if (issuers.length === 0) return 'a distribution point whose CRL issuer has no directory name';
    if (!issuers.some((one) => one.canonical === crl.issuer.canonical)) return 'a CRL of another issuer';
    if (scope?.indirectCRL !== true) return 'a CRL of another issuer that is not marked as indirect';
  } else if (crl.issuer.canonical !== issuer.canonical) {
    return 'a CRL of another issuer';
  }
  if (scope === undefined) return reasonMask(point?.reasons);
  if (scope.name !== undefined && !pointsMatch(scope.name, crl, certificate, point)) {
    return 'a CRL for another distribution point';
  }
  const isCa = certificate.basicConstraints?.cA === true;
  const partial = scope.onlyContainsUserCerts || scope.onlyContainsCACerts;
  if (partial && certificate.version !== 3)
    return 'a CRL for some of the certificates, which does not cover one of version 1';
  if (scope.onlyContainsUserCerts && isCa) return 'a CRL for end entities only';
  if (scope.onlyContainsCACerts && !isCa) return 'a CRL for CAs only';
  if (scope.onlyContainsAttributeCerts) return 'a CRL for attribute certificates only';
  return reasonMask(point?.reasons) & reasonMask(scope.onlySomeReasons);
}

/** Whether two CRLs have the same scope, as a delta and its base must have. @see RFC 5280 §6.3.3 (c) */
export function sameScope(a: CertificateList, b: CertificateList): boolean {
  const aDer = scopeDer(a);
  const bDer = scopeDer(b);
  if (aDer === undefined || bDer === undefined) return aDer === bDer;
  return sameBytes(aDer, bDer);
}

/** The issuing distribution point as it stood in the CRL. */
export function scopeDer(crl: CertificateList): Uint8Array | undefined {
  if (crl.issuingDistributionPoint === undefined) return undefined;
  return crl.extensions.find((extension) => extension.oid === '2.5.29.28')?.value;
}

/** A name of a distribution point in comparable form. */
type PointName = { readonly canonical: string } | { readonly der: Uint8Array } | { readonly text: string };

function pointsMatch(
  scopeName: DistributionPointName,
  crl: CertificateList,
  certificate: Certificate,
  point: DistributionPoint | undefined,
): boolean {
  const ours = pointNames(scopeName, crl.issuer);
  const theirs = namesOfPoint(certificate, point);
  return ours.some((one) => theirs.some((other) => same(one, other)));
}

/** The names of the CRL that covers a certificate: of the point, else of its CRL issuer, else of its own issuer. */
function namesOfPoint(certificate: Certificate, point: DistributionPoint | undefined): readonly PointName[] {
  const issuers = point?.crlIssuer === undefined ? [certificate.issuer] : directoryNames(point.crlIssuer);
  if (point?.name === undefined) return issuers.map((name) => ({ canonical: name.canonical }));
  // §4.2.1.13: a relative name needs exactly one issuer that it is relative to.
  if (point.name.type === 'relative' && issuers.length !== 1) return none;
  return pointNames(point.name, issuers[0] ?? certificate.issuer);
}

function pointNames(name: DistributionPointName, base: Name): readonly PointName[] {
  if (name.type === 'relative') return [{ der: appendRdn(base, name.rdn).der }];
  return name.names.flatMap((one): readonly PointName[] => {
    if (one.type === 'directory') return [{ canonical: one.name.canonical }, { der: one.name.der }];
    if (one.type === 'uri' || one.type === 'dns' || one.type === 'email')
      return [{ text: `${one.type} ${one.value}` }];
    return [];
  });
}

function same(a: PointName, b: PointName): boolean {
  if ('canonical' in a) return 'canonical' in b && a.canonical === b.canonical;
  if ('der' in a) return 'der' in b && sameBytes(a.der, b.der);
  return 'text' in b && a.text === b.text;
}

/** The directory names among general names. */
export function directoryNames(names: readonly GeneralName[] | undefined): readonly Name[] {
  if (names === undefined) return none;
  return names.flatMap((name) => (name.type === 'directory' ? [name.name] : []));
}

const none: readonly never[] = [];
