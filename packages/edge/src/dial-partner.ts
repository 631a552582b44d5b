import { partnerRoute, refusalOfRoute } from '@entente/federation';
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

/**
 * Finds the edges of a partner, in the order to try: the one that the topology pins, or those that DNS names.
 * @param hop - its name is the domain
 * @param options - this edge, topology and DNS
 * @returns empty where DNS names no edge of the domain
 * @throws TrustError where no listed partner has the domain, or the topology does not let us open the link; what the resolver throws where DNS gives no answer
 */
export async function locatePartner(
  { name }: NextHop,
  {
    fqdn,
    locator,
    topology,
  }: Pick<DialPartnerOptions, 'fqdn' | 'topology'> & { readonly locator: ServiceLocator },
): Promise<readonly ServiceAddress[]> {
  const { at } = routeTo(name, fqdn, topology());
  if (at.kind === 'host') return [{ host: at.fqdn, address: at.address ?? at.fqdn, port: at.port }];
  return locator.locateService(at.service);
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
