import type { RecordedCertificate } from '@entente/pki/ledger';
import { certificateNames, type Topology } from '@entente/topology';

/** Time for a server to put its new certificate into use before the one with surplus names is revoked: one minute. */
export const settleMs = 60_000;
/** Longest time for which a certificate with surplus names stays valid after they were noticed: one hour. */
export const longestSurplusMs = 3_600_000;

/** A certificate with surplus names, and whether it is to be revoked now. */
export interface SurplusCertificate {
  readonly certificate: RecordedCertificate;
  /** The names that the topology gives to no interface of the server. */
  readonly names: readonly string[];
  /** `renewed`: the server has had a certificate without them for {@link settleMs}. `time`: {@link longestSurplusMs} are over. */
  readonly due?: 'renewed' | 'time';
}

/**
 * Finds the certificates of a server that have names which the topology in force does not give it any more. Servers renew at
 * once when the topology changes; what they had before must not act under a name that was taken away.
 * @param certificates - the valid ones of the server, oldest first
 * @param topology - the one in force, which lists the server
 * @param since - when a certificate was first found to have surplus names, by serial number; milliseconds since 1970
 * @param now - milliseconds since 1970
 */
export function surplusCertificates(
  certificates: readonly RecordedCertificate[],
  topology: Topology,
  since: ReadonlyMap<string, number>,
  now: number,
): readonly SurplusCertificate[] {
  const found = certificates.map((certificate) => ({
    certificate,
    names: surplusNames(certificate, topology),
  }));
  return found
    .filter(({ names }) => names.length > 0)
    .map((one) => {
      const { interface: side, serialHex } = one.certificate;
      const isRenewed = found.some(
        ({ certificate, names }) =>
          names.length === 0 && certificate.interface === side && now - certificate.issuedAt >= settleMs,
      );
      if (isRenewed) return { ...one, due: 'renewed' };
      return now - (since.get(serialHex) ?? now) >= longestSurplusMs ? { ...one, due: 'time' } : one;
    });
}

/** Names that no interface with a certificate of the enterprise CA has together; empty where one interface has them all. */
function surplusNames({ names, subject }: RecordedCertificate, topology: Topology): readonly string[] {
  const given = certificateNames(topology, subject)
    .filter(({ issuer }) => issuer === 'enterprise')
    .map(({ dnsNames, uris }) => new Set([...dnsNames, ...uris]));
  const held = [...names.dnsNames, ...names.uris];
  const surplus = given.map((set) => held.filter((name) => !set.has(name)));
  return surplus.reduce((least, one) => (one.length < least.length ? one : least), held);
}
