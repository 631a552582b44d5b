import { checkTopology, links, mayOpen, type Partner, type Provider, type Topology } from '@entente/topology';
import { type Authorise, type PeerIdentity, type Rejection, reject } from '@entente/trust';
import { checks } from './checks.ts';
import { checkLists } from './given.ts';

/** Which partner a verified peer is, and for which domains it may speak. */
export interface PartnerAuthority {
  /** Id of the partner's or provider's entry. */
  readonly id: string;
  /** SIP domains, lower case. */
  readonly domains: readonly string[];
  /** Names of its edges outside these domains: they may be in Via and Record-Route. */
  readonly hosts: readonly string[];
}

/** The names of a peer that count in the federation. */
type PeerNames = Pick<PeerIdentity, 'dnsNames' | 'sipDomains'>;

/** Which partner a peer is, or why it is not one. */
export type PartnerFound =
  | { readonly ok: true; readonly authority: PartnerAuthority }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Finds the partner that a peer's certificate proves it to be. A listed domain in the certificate is proven (RFC 5922 §7), whether or not
 * its entry pins a server: the pin says whom we dial. A pinned edge or a hosting provider may prove its FQDN instead, and then speaks for
 * all domains of its entry.
 * @param topology - the one in force
 * @param peer - names that stages 2 to 4 of the verdict have verified
 */
export function partnerOfPeer(topology: Topology, peer: PeerNames): PartnerFound {
  checkTopology(topology, 'partnerOfPeer');
  checkLists(peer, ['dnsNames', 'sipDomains'], 'peer of partnerOfPeer', 'give the peer of a verdict');
  const names = sipNames(peer);
  const proven = new Map<string, { readonly entry: Partner | Provider; readonly domains: string[] }>();
  for (const name of names) {
    const entry = topology.partnerOf(name);
    if (entry !== undefined && 'kind' in entry && entry.kind === 'blocked') {
      return { ok: false, rejection: reject('partner-blocked', { domain: name }) };
    }
    if (entry === undefined) continue;
    const found = proven.get(entry.id) ?? { entry, domains: [] };
    if (entry.domains.includes(name)) found.domains.push(name);
    proven.set(entry.id, found);
  }
  const pinned = pinnedEntries(topology);
  for (const name of names) {
    const entry = pinned.get(name);
    if (entry !== undefined) proven.set(entry.id, { entry, domains: [...entry.domains] });
  }
  const found = [...proven.values()].filter(({ domains }) => domains.length > 0);
  const [only] = found;
  if (only === undefined) return { ok: false, rejection: notProven(peer, names, pinned) };
  if (found.length > 1) {
    return {
      ok: false,
      rejection: reject('identity-ambiguous', { servers: found.map(({ entry }) => entry.id) }),
    };
  }
  return {
    ok: true,
    authority: {
      id: only.entry.id,
      domains: only.domains,
      hosts: 'fqdn' in only.entry ? [only.entry.fqdn] : [],
    },
  };
}

/**
 * The authorisation of the link to partners: it allows only listed partners, by the names that they proved, and only as far as the topology
 * has left the link open for this edge, in this direction.
 * @param topology - called at every verdict
 * @param edge - FQDN of our own end; default the one that the question names as local. An edge that the topology does not have gets nobody
 */
export function authorisePartner(topology: () => Topology, edge?: string): Authorise {
  if (typeof topology !== 'function')
    throw checks.unlike(
      topology,
      'a function',
      'topology of authorisePartner',
      'give a function that returns the topology in force',
    );
  const { row } = links.federation;
  return (peer, { direction, local }) => {
    const current = topology();
    const ours = { fqdn: edge ?? local ?? '', interface: 'external' } as const;
    const theirs = { party: 'partner' } as const;
    const allowed =
      direction === 'inbound' ? mayOpen(current, theirs, ours, row) : mayOpen(current, ours, theirs, row);
    if (!allowed.ok) return allowed;
    const found = partnerOfPeer(current, peer);
    if (!found.ok) return found;
    return { ok: true, server: found.authority.id, role: 'partner', row };
  };
}

/** Why a peer is not accepted as a partner: a pinned name that does not count, or nothing that is listed. */
function notProven(
  { dnsNames }: PeerNames,
  names: readonly string[],
  pinned: ReadonlyMap<string, Pinned>,
): Rejection {
  const shown = names.slice(0, 8);
  for (const name of dnsNames) {
    const entry = pinned.get(name.toLowerCase());
    if (entry !== undefined)
      return reject('partner-pin-mismatch', { partner: entry.id, server: entry.fqdn, names: shown });
  }
  return reject('partner-not-allowed', { names: shown });
}

/** RFC 5922 §7.1: DNS names count only where there is no `sip:` URI. */
function sipNames({ dnsNames, sipDomains }: PeerNames): readonly string[] {
  return (sipDomains.length > 0 ? sipDomains : dnsNames).map((name) => name.toLowerCase());
}

type Pinned = Extract<Partner, { kind: 'allowed-server' }> | Provider;
const pinnedByTopology = new WeakMap<Topology, ReadonlyMap<string, Pinned>>();

/** Entries that pin an FQDN, by that FQDN; found once for each topology. */
function pinnedEntries(topology: Topology): ReadonlyMap<string, Pinned> {
  const known = pinnedByTopology.get(topology);
  if (known !== undefined) return known;
  const { partners = [], providers = [] } = topology.document;
  const servers = partners.filter((partner) => partner.kind === 'allowed-server');
  const entries = new Map([...servers, ...providers].map((entry) => [entry.fqdn.toLowerCase(), entry]));
  pinnedByTopology.set(topology, entries);
  return entries;
}
