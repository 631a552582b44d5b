import { crlLifetimeMs } from '@entente/pki';
import type { CertificateList, RevokedCertificate } from '@entente/x509';

/** A list of our authority has each revocation for at least so many of its lifetimes, also where the certificate has expired before. */
const lifetimesOfAnEntry = 2;

/**
 * Finds a revocation that a newer list should have and does not: then the authority that has signed it went back, and has lost what it knew.
 * An entry leaves the list of an issuing authority after its certificate has expired, and its end is not in the list, so it is missed for
 * two lifetimes of the list after the revocation, by the times that the authority has signed: for so long it cannot have left. It never
 * leaves the list of a root. One on hold may be released at any time. Each entry is looked at once.
 * @param list - the newer one
 * @param known - the one in force, of the same authority and for the same certificates
 * @param isOfRoot - whether a root has signed them
 */
export function withdrawnRevocation(
  list: CertificateList,
  known: CertificateList,
  isOfRoot: boolean,
): RevokedCertificate | undefined {
  const { nextUpdate, thisUpdate } = list;
  const lifetimeMs = nextUpdate === undefined ? crlLifetimeMs : nextUpdate - thisUpdate;
  const keptSince = thisUpdate - lifetimesOfAnEntry * lifetimeMs;
  for (const entry of known.entries()) {
    if (list.lookup(entry.serialNumber) !== undefined || entry.reason === 'certificateHold') continue;
    if (isOfRoot || entry.revocationDate > keptSince) return entry;
  }
  return undefined;
}
