import { links, mayRequest, type Topology } from '@entente/topology';
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
  const failure = judge(
    state,
    viewer,
    chain,
    { link: outbound, identity: route.expect, authorise },
    link.asked,
  );
  return failure && { refusedBy: 'dialler', ...failure };
}
