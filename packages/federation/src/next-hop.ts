import type { Topology } from '@entente/topology';
import { type IdentityExpectation, type Rejection, reject } from '@entente/trust';

/** Where requests for a foreign domain go, and which name the other side must prove. */
export type NextHop =
  | {
      readonly ok: true;
      /** Id of the partner's entry. */
      readonly partner: string;
      /** Name under which connections are shared: the domain that was asked for, or the pinned server. */
      readonly name: string;
      /** Where: found by SRV, or pinned. */
      readonly at:
        | { readonly kind: 'srv'; readonly service: string }
        | { readonly kind: 'host'; readonly fqdn: string; readonly address?: string; readonly port: number };
      /**
       * The identity to ask for. It is always the domain that was asked for or a name that the topology pins, never what DNS
       * answered (RFC 5922 §7.3), unless the partner's entry relaxes that.
       */
      readonly expect: Exclude<IdentityExpectation, { mode: 'inbound' }>;
      /** The entry lets the host that SRV led to be in the certificate instead of the domain. */
      readonly matchHostName: boolean;
    }
  | { readonly ok: false; readonly rejection: Rejection };

const federationPort = 5061;

/**
 * Decides the next hop of a foreign domain.
 * @param topology - the one in force
 * @param domain - SIP domain that a request is for
 */
export function nextHop(topology: Topology, domain: string): NextHop {
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
