import { anyText } from '@entente/options';
import { checkTopology, type Topology } from '@entente/topology';
import { type IdentityExpectation, type Rejection, reject } from '@entente/trust';
import { checks } from './checks.ts';
import { checkLists } from './given.ts';

/** Where requests for a foreign domain are sent, and which name the other side must prove; or why they are refused. */
export type PartnerRoute =
  | {
      readonly ok: true;
      /** Id of the partner's entry. */
      readonly partner: string;
      /** Name under which connections are shared: the domain of the request, or the pinned server. */
      readonly name: string;
      /** Where: found by SRV, or pinned. */
      readonly at:
        | { readonly kind: 'srv'; readonly service: string }
        | { readonly kind: 'host'; readonly fqdn: string; readonly address?: string; readonly port: number };
      /**
       * The identity to expect. It is always the domain of the request or a name that the topology pins, never a name from DNS
       * (RFC 5922 §7.3), unless the partner's entry relaxes that.
       */
      readonly expect: Exclude<IdentityExpectation, { mode: 'inbound' }>;
      /** Whether the certificate may have the host name from SRV instead of the domain. */
      readonly matchHostName: boolean;
    }
  | { readonly ok: false; readonly rejection: Rejection };

const federationPort = 5061;

/**
 * Finds how requests for a foreign domain reach its partner.
 * @param topology - the one in force
 * @param domain - SIP domain of the request, in any case
 */
export function partnerRoute(topology: Topology, domain: string): PartnerRoute {
  checkTopology(topology, 'partnerRoute');
  checks.argument(domain, anyText, 'domain of partnerRoute');
  const asked = domain.toLowerCase();
  const entry = topology.partnerOf(asked);
  if (entry === undefined) return { ok: false, rejection: reject('partner-not-allowed', { domain: asked }) };
  if ('kind' in entry && entry.kind === 'blocked')
    return { ok: false, rejection: reject('partner-blocked', { domain: asked }) };
  if ('fqdn' in entry) {
    const { address, fqdn, port = federationPort } = entry;
    return {
      ok: true,
      partner: entry.id,
      name: fqdn,
      at: { kind: 'host', fqdn, port, ...(address === undefined ? {} : { address }) },
      expect: { mode: 'host', name: fqdn },
      matchHostName: false,
    };
  }
  return {
    ok: true,
    partner: entry.id,
    name: asked,
    at: { kind: 'srv', service: `_sipfederationtls._tcp.${asked}` },
    expect: { mode: 'sip-domain', domain: asked },
    matchHostName: 'matchHostName' in entry && entry.matchHostName === true,
  };
}

/**
 * What a refusal of the server that a route leads to says of the partner: where the route is pinned, the pinned name is what the
 * certificate lacks.
 * @param route - that was dialled
 * @param rejection - of the verdict
 * @returns `partner-pin-mismatch` where a pinned name is missing, otherwise the rejection as it is
 */
export function refusalOfRoute(
  route: Extract<PartnerRoute, { readonly ok: true }>,
  rejection: Rejection,
): Rejection {
  checkLists(route, [], 'route of refusalOfRoute', 'give what partnerRoute returns where that is ok');
  const { at, partner } = route;
  checkLists(at, [], 'at of refusalOfRoute', 'give what partnerRoute returns where that is ok');
  checkLists(rejection, [], 'rejection of refusalOfRoute', 'give the rejection of a verdict');
  if (at.kind !== 'host' || rejection.reason !== 'name-mismatch') return rejection;
  return reject('partner-pin-mismatch', { partner, server: at.fqdn, names: rejection.found });
}
