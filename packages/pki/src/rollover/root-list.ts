import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';
import type { RevocationReason } from '../ground/revocation-reason.ts';
import type { RevokedCertificate } from '../ledger/ledger.ts';
import { type Checked, failed, passed } from './root-refusal.ts';

/**
 * Reads a full list of a root, and checks its signature.
 * @param der - CertificateList
 * @param root - certificate of the root
 */
export function readRootList(der: Uint8Array, root: Certificate): Checked<CertificateList> {
  const remedy = 'use the file root_ca.crl of the authority, or the answer of the root, unchanged';
  const decoded = decodeCrl(der);
  if (!decoded.ok) {
    return failed(
      'root-list-invalid',
      `the list of the root cannot be read: ${decoded.error.message}`,
      remedy,
    );
  }
  const list = decoded.value;
  if (list.issuer.canonical !== root.subject.canonical || !isSignedBy(list, root)) {
    return failed('root-list-invalid', 'the list is not signed by the root', remedy);
  }
  const isFull = list.baseCrlNumber === undefined && list.issuingDistributionPoint === undefined;
  const isKnown = list.unknownCritical.length === 0 && list.unknownCriticalInEntries.length === 0;
  if (!isFull || !isKnown || list.crlNumber === undefined || list.nextUpdate === undefined) {
    return failed(
      'root-list-invalid',
      'expected a full list with number and nextUpdate, without critical extensions that are not known',
      remedy,
    );
  }
  return passed(list);
}

/**
 * Whether a certificate is on a list of its issuer.
 * @param list - of the root
 */
export function isListed(
  list: CertificateList,
  { serialNumber }: Pick<Certificate, 'serialNumber'>,
): boolean {
  return list.lookup(serialNumber) !== undefined;
}

/**
 * The entries of a list, as they are signed again. An authority's certificate stays on the list of its root forever: there are few.
 * @param lists - those that are continued; the first that has an entry counts
 */
export function entriesOf(lists: readonly CertificateList[]): readonly RevokedCertificate[] {
  const entries = new Map<string, RevokedCertificate>();
  for (const list of lists) {
    for (const { reason = 'unspecified', revocationDate, serialHex } of list.entries()) {
      if (entries.has(serialHex)) continue;
      const revocation = { at: revocationDate, reason: reason as RevocationReason };
      entries.set(serialHex, { serialHex, notAfter: Number.MAX_SAFE_INTEGER, revocation });
    }
  }
  return [...entries.values()];
}
