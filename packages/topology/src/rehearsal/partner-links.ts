import { mayRequest } from '../matrix/may-request.ts';
import type { Topology } from '../topology.ts';
import type { NetworkState } from './rehearsal-judge.ts';
import { judge, type LinkFailure, type RehearsedLink } from './rehearsed-link.ts';

/** Row of the allow matrix for partners. */
export const partnerRow = 12;

/** Links of one edge with partners, both ways. */
export function partnerLinks(
  topology: Topology,
  edge: string,
  domains: readonly string[],
): readonly RehearsedLink[] {
  const here = { fqdn: edge, interface: 'external' } as const;
  if (!mayRequest(topology, here, { party: 'partner' }, partnerRow).ok) return [];
  const shared = { row: partnerRow, toSide: 'external', service: 'federation' } as const;
  return domains.flatMap((domain) => [
    { ...shared, from: edge, fromSide: 'external' as const, to: domain, asked: domain },
    { ...shared, from: domain, to: edge, asked: domain },
  ]);
}

/** Judges a link with a partner at our end; what the partner thinks of us is the partner's to rehearse. */
export function judgePartnerLink(
  link: RehearsedLink,
  state: NetworkState<Topology>,
): LinkFailure | undefined {
  const { partners } = state;
  const chain = partners?.chainOf(link.asked);
  if (partners === undefined || chain === undefined) return undefined;
  const dials = link.fromSide !== undefined;
  const edge = dials ? link.from : link.to;
  const context = { name: '12 edge–partner', interface: 'external', local: edge } as const;
  const viewer = { fqdn: edge, interface: 'external' } as const;
  const { authorise } = partners;
  if (!dials) {
    const link12 = { ...context, direction: 'inbound', purpose: 'client' } as const;
    const failure = judge(state, viewer, chain, { link: link12, identity: { mode: 'inbound' }, authorise });
    return failure && { refusedBy: 'dialled', ...failure };
  }
  const next = partners.nextHop(link.asked);
  if (!next.ok) {
    const { reason, message, remedy } = next.rejection;
    return { refusedBy: 'dialler', reason, message, remedy };
  }
  const link12 = { ...context, direction: 'outbound', purpose: 'server' } as const;
  const failure = judge(state, viewer, chain, { link: link12, identity: next.expect, authorise });
  return failure && { refusedBy: 'dialler', ...failure };
}
