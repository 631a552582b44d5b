import { createHash } from 'node:crypto';
import {
  type AnchorReference,
  checkTopology,
  type Partner,
  type Provider,
  revocationPolicy,
  type Topology,
} from '@entente/topology';
import type { AnchorLimits, TrustAnchor } from '@entente/trust';
import { decodeCertificate } from '@entente/x509';

/** Partners are trusted on this interface only. */
const federationInterface = 'external';

/** Anchors of the federation, and those that cannot be used. */
export interface PartnerAnchors {
  /**
   * Each limited to the external interface and, by its partner's entry, to what it may certify; never a domain of
   * ours.
   */
  readonly anchors: readonly TrustAnchor[];
  /** References whose certificate is missing, unreadable or does not have its fingerprint. */
  readonly unusable: readonly { readonly name: string; readonly why: string }[];
}

type Allowed = Exclude<Partner, { kind: 'blocked' }> | Provider;

/**
 * The anchors of an edge's external interface. A partner's root may vouch for the partner's names only, and never for ours;
 * a third-party root for every name but ours and those of partners that have roots of their own. The
 * partner list decides which of those names may connect.
 * @param topology - the one in force
 */
export function partnerAnchors(topology: Topology): PartnerAnchors {
  checkTopology(topology, 'partnerAnchors');
  const { document } = topology;
  const ours = [...topology.domains.keys()];
  const partners = allowedPartners(topology);
  const revocation = revocationPolicy(topology, 'partners');
  const anchors: TrustAnchor[] = [];
  const unusable: { name: string; why: string }[] = [];
  const add = (
    owner: string,
    reference: AnchorReference,
    limits: AnchorLimits,
    serverAuthSuffices: boolean,
  ): void => {
    const name = `${owner}: ${reference.name}`;
    const read = readReference(reference);
    if (typeof read === 'string') unusable.push({ name, why: read });
    else {
      anchors.push({
        name,
        certificate: read,
        limits: {
          ...limitsOf(reference),
          ...limits,
          links: [federationInterface],
          excludedDomains: [...ours, ...(limits.excludedDomains ?? [])],
        },
        revocation,
        ...(serverAuthSuffices ? { serverAuthSuffices } : {}),
      });
    }
  };
  const withOwnRoots: string[] = [];
  for (const partner of partners) {
    if (partner.anchors === undefined) continue;
    const domains = namesOf(partner);
    withOwnRoots.push(...domains);
    for (const reference of partner.anchors)
      add(`partner ${partner.id}`, reference, { domains }, partner.serverAuthOnly === true);
  }
  for (const reference of document.anchors?.federation ?? []) {
    add('federation', reference, { excludedDomains: withOwnRoots }, false);
    // A certificate for serverAuth only counts where the partner's entry says so, by an anchor for that partner alone.
    for (const partner of partners) {
      if (partner.anchors !== undefined || partner.serverAuthOnly !== true) continue;
      add(`federation for ${partner.id}`, reference, { domains: namesOf(partner) }, true);
    }
  }
  return { anchors, unusable };
}

/** Domains that a partner may speak for, and the pinned name of its edge. */
function namesOf(partner: Allowed): readonly string[] {
  const pinned = 'fqdn' in partner ? [partner.fqdn] : [];
  return [...new Set([...partner.domains, ...pinned])];
}

function allowedPartners({ document }: Topology): readonly Allowed[] {
  const partners = (document.partners ?? []).filter((partner) => partner.kind !== 'blocked');
  return [...partners, ...(document.providers ?? [])];
}

function limitsOf({ maxDepth, notAfter }: AnchorReference): AnchorLimits {
  return {
    ...(maxDepth === undefined ? {} : { maxDepth }),
    ...(notAfter === undefined ? {} : { notAfter: Date.parse(notAfter) }),
  };
}

/** @returns the certificate, or why it cannot be used */
function readReference({ certificate, sha256 }: AnchorReference) {
  if (certificate === undefined) return 'the topology has its fingerprint but not its certificate';
  const der = Buffer.from(certificate, 'base64');
  if (createHash('sha256').update(der).digest('hex') !== sha256)
    return 'its certificate does not have its fingerprint';
  const decoded = decodeCertificate(der);
  return decoded.ok ? decoded.value : `its certificate cannot be read: ${decoded.error.message}`;
}
