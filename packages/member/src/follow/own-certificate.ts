import type { Certificate, CertificateList } from '@entente/x509';

/** What is wrong with our own certificate, as it is logged. */
export interface OwnCertificateProblem {
  readonly fields: {
    readonly event: 'own-certificate-revoked' | 'own-certificate-expired';
    readonly serial: string;
    /** Why it was revoked, as RFC 5280 §5.3.1 names it. */
    readonly reason?: string;
    readonly remedy: string;
  };
  readonly message: string;
}

/**
 * Whether our own certificate is over: then every peer refuses us, and tells us nothing.
 * @param fqdn - our own name
 * @param leaf - our certificate
 * @param lists - of our authorities, each signed
 * @param now - milliseconds since the epoch
 */
export function ownCertificateProblem(
  fqdn: string,
  leaf: Certificate,
  lists: readonly CertificateList[],
  now: number,
): OwnCertificateProblem | undefined {
  const { notAfter, serialHex: serial } = leaf;
  const remedy = `ask an administrator for a token (entente join-token ${fqdn} --replace), move the directory of this server aside, and start it with the token`;
  for (const list of lists) {
    if (!isOfIssuer(list, leaf)) continue;
    const entry = list.lookup(leaf.serialNumber);
    if (entry === undefined || entry.reason === 'removeFromCRL') continue;
    const { reason = 'unspecified', revocationDate } = entry;
    const at = new Date(revocationDate).toISOString();
    const remedies: Readonly<Record<string, string>> = {
      cessationOfOperation: `${takenOut(fqdn)}${remedy}`,
      certificateHold: onHold(serial),
    };
    return {
      fields: {
        event: 'own-certificate-revoked',
        serial,
        reason,
        remedy: remedies[reason] ?? remedy,
      },
      message: `the certificate of this server was revoked at ${at} (${reason}, revocation list ${list.crlNumber}): every peer refuses it`,
    };
  }
  if (now <= notAfter) return undefined;
  return {
    fields: { event: 'own-certificate-expired', serial, remedy: `${clockFirst}${remedy}` },
    message: `the certificate of this server expired at ${new Date(notAfter).toISOString()}: every peer refuses it`,
  };
}

/** A token and another certificate would not help a server whose clock is ahead. */
const clockFirst =
  'check the clock of this server first (for example with chronyc tracking): one that is ahead takes a valid certificate for expired; where it is right, ';

/** The reason of those that the topology lists no longer. */
function takenOut(fqdn: string): string {
  return `where ${fqdn} was taken out of the topology, stop this server; otherwise `;
}

/** It counts again once the hold ends: another one is not needed. */
function onHold(serial: string): string {
  return `it is on hold: ask an administrator why, and to end the hold (entente cert release ${serial}); this server then goes on without a restart`;
}

/** By name and key: a root that is being replaced has one name and two keys. */
function isOfIssuer(list: CertificateList, { authorityKeyId, issuer }: Certificate): boolean {
  if (list.issuer.canonical !== issuer.canonical) return false;
  const [one, other] = [list.authorityKeyId?.keyId, authorityKeyId?.keyId];
  return one === undefined || other === undefined || Buffer.compare(one, other) === 0;
}
