import { links, mayRequest, type Topology } from '@entente/topology';
import { reject } from '@entente/trust';
import type { NetworkState } from './network-state.ts';
import { judge, type LinkFailure, type RehearsedLink } from './rehearsed-link.ts';

/** Links of one edge with partners, both ways. */
export function partnerLinks(
  topology: Topology,
  edge: string,
  domains: readonly string[],
): readonly RehearsedLink[] {
  const { row } = links.federation;
  const here = { fqdn: edge, interface: 'external' } as const;
  if (!mayRequest(topology, here, { party: 'partner' }, row).ok) return [];
  const shared = { row, toSide: 'external', service: 'federation' } as const;
  return domains.flatMap((domain) => [
    { ...shared, from: edge, fromSide: 'external' as const, to: domain, asked: domain },
    { ...shared, from: domain, to: edge, asked: domain },
  ]);
}

/** Judges a link with a partner at our end; only the partner can rehearse its own end. */
export function judgePartnerLink(link: RehearsedLink, state: NetworkState): LinkFailure | undefined {
  const { partners } = state;
  const chain = partners?.chainOf(link.asked);
  if (partners === undefined || chain === undefined) return undefined;
  const dials = link.fromSide !== undefined;
  const edge = dials ? link.from : link.to;
  const context = { name: links.federation.name, interface: 'external', local: edge } as const;
  const viewer = { fqdn: edge, interface: 'external' } as const;
  const { authorise } = partners;
  if (!dials) {
    const inbound = { ...context, direction: 'inbound', purpose: 'client' } as const;
    const failure = judge(
      state,
      viewer,
      chain,
      { link: inbound, identity: { mode: 'inbound' }, authorise },
      link.asked,
    );
    return failure && { refusedBy: 'dialled', ...failure };
  }
  const route = partners.route(link.asked);
  if (!route.ok) {
    const { reason, message, remedy } = route.rejection;
    return { refusedBy: 'dialler', reason, message, remedy };
  }
  const outbound = { ...context, direction: 'outbound', purpose: 'server' } as const;
  const { expect, partner } = route;
  const failure = judge(state, viewer, chain, { link: outbound, identity: expect, authorise }, link.asked);
  if (failure?.reason !== 'name-mismatch' || expect.mode !== 'host')
    return failure && { refusedBy: 'dialler', ...failure };
  // A partner is asked for by a host name only where its entry pins a server.
  const pinned = reject('partner-pin-mismatch', {
    ...(partner === undefined ? {} : { partner }),
    server: expect.name,
  });
  const { message, reason, remedy } = pinned;
  return { refusedBy: 'dialler', reason, message, remedy };
}
