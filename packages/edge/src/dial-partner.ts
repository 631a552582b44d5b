import { partnerRoute, refusalOfRoute } from '@entente/federation';
import { OperatorFault } from '@entente/host';
import { canonicalHost } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import type { ServiceAddress, ServiceLocator } from '@entente/sip-endpoint/resolve';
import {
  type AskedName,
  type ConnectionRefusal,
  type Credential,
  connect,
  type Trust,
  TrustError,
  type TrustedSocket,
} from '@entente/tls';
import { links, mayOpen, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import { isPublicAddress } from '@entente/trust/node';

/** What dialling a partner needs. */
export interface DialPartnerOptions {
  /** FQDN of this edge. */
  readonly fqdn: string;
  readonly topology: () => Topology;
  /** Which partners may answer. */
  readonly allow: Authorise;
  readonly trust: Trust;
  readonly identity: Credential;
  readonly onRefusal: (refusal: ConnectionRefusal) => void;
}

/** What finding a partner needs. */
export interface LocatePartnerOptions extends Pick<DialPartnerOptions, 'fqdn' | 'topology'> {
  readonly locator: Pick<ServiceLocator, 'locateService'>;
  /** Where the operator has said that hosts are, from {@link namedHosts}: they have no other address, and this one need not be public. */
  readonly named: ReadonlyMap<string, string>;
}

/**
 * Hosts as they are compared with what DNS says: their names in lower case, their addresses in canonical form.
 * @param addresses - by name of the host, as the operator has written them
 */
export function namedHosts(addresses: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...addresses].map(([host, address]) => [host.toLowerCase(), canonicalHost(address)]));
}

/**
 * Finds the edges of a partner, in the order to try: the one that the topology pins, or those that DNS names. Who answers for the partner's domain
 * in DNS leads this edge to no address of our own networks, nor to what listens there.
 * @param hop - its name is the domain
 * @param options - this edge, topology, DNS, and what the operator has said of hosts
 * @returns empty where DNS names no edge of the domain
 * @throws TrustError where no listed partner has the domain, or the topology does not let us open the link; OperatorFault
 *   `ENTENTE_PARTNER_NOT_PUBLIC` where DNS names private addresses alone, or others than the operator has written; what the resolver throws where DNS gives no answer
 */
export async function locatePartner(
  { name }: NextHop,
  { fqdn, locator, named, topology }: LocatePartnerOptions,
): Promise<readonly ServiceAddress[]> {
  const { at } = routeTo(name, fqdn, topology());
  if (at.kind === 'host') return [{ host: at.fqdn, address: at.address ?? at.fqdn, port: at.port }];
  const found = await locator.locateService(at.service);
  const reachable = found.filter(({ address, host }) => {
    const written = named.get(host.toLowerCase());
    return written === undefined ? isPublicAddress(address) : canonicalHost(address) === written;
  });
  const [first] = found;
  if (first !== undefined && reachable.length === 0)
    throw notThere(name, first, named.get(first.host.toLowerCase()));
  return reachable;
}

/**
 * Dials an edge of a partner. DNS says where to try; who answers must prove the domain that was asked for (RFC 5922 §7.3).
 * @param hop - its name is the domain; host, address and port are from `locatePartner`
 * @param options - as whom, and whom to trust
 * @throws TrustError where no listed partner has the domain, the topology does not let us open the link, or the answer was refused; what `connect` of `@entente/tls` throws
 */
export async function dialPartner(hop: NextHop, options: DialPartnerOptions): Promise<TrustedSocket> {
  const { fqdn, identity, onRefusal, topology, trust } = options;
  const route = routeTo(hop.name, fqdn, topology());
  const { expect: asked, matchHostName } = route;
  const byHostName = matchHostName && hop.host !== undefined;
  const expect: AskedName = byHostName ? { mode: 'service', allowed: [hop.name, hop.host] } : asked;
  const allow = byHostName ? allowHostName(hop, options) : options.allow;
  return connect({
    host: hop.address,
    port: hop.port,
    trust,
    identity,
    expect,
    allow,
    // Whatever program the partner runs.
    minVersion: 'TLSv1.2',
    link: { name: hop.link.name, interface: 'external' },
    onRefusal: (refusal) => onRefusal({ ...refusal, rejection: refusalOfRoute(route, refusal.rejection) }),
  });
}

/**
 * An edge that has the name of its SRV record alone is the partner's as long as the entry says so. It speaks for no domain: what it sends
 * itself over this connection is refused.
 */
function allowHostName({ name }: NextHop, { allow, topology }: DialPartnerOptions): Authorise {
  return (peer, link) => {
    const found = allow(peer, link);
    if (found.ok || found.rejection.reason !== 'partner-not-allowed') return found;
    const route = partnerRoute(topology(), name);
    if (!route.ok || !route.matchHostName) return found;
    return { ok: true, server: route.partner, role: 'partner', row: links.federation.row };
  };
}

/** Where the topology does not let this edge open the link, any answer would be refused, so nobody is dialled. */
function routeTo(domain: string, fqdn: string, topology: Topology) {
  const { row } = links.federation;
  const opened = mayOpen(topology, { fqdn, interface: 'external' }, { party: 'partner' }, row);
  if (!opened.ok) throw new TrustError(opened.rejection, domain);
  const route = partnerRoute(topology, domain);
  if (!route.ok) throw new TrustError(route.rejection, domain);
  return route;
}

function notThere(
  domain: string,
  { address, host }: ServiceAddress,
  written: string | undefined,
): OperatorFault {
  if (written !== undefined) {
    return new OperatorFault('ENTENTE_PARTNER_NOT_PUBLIC', {
      sentence: `DNS leads to no edge of ${domain} where the configuration says it is: ${host} is at ${address}, and "addresses" says ${written}`,
      place: host,
      remedy: `ask the partner where it is; then correct the address of ${host} in "addresses" in the configuration of this edge, or pin it in the topology`,
    });
  }
  return new OperatorFault('ENTENTE_PARTNER_NOT_PUBLIC', {
    sentence: `DNS leads to no edge of ${domain} at a public address: ${host} is at ${address}`,
    place: host,
    remedy: `where the partner is there, add ${host} with its address to "addresses" in the configuration of this edge, or pin it in the topology`,
  });
}
