import { allowMatrix } from '../matrix/allow-matrix.ts';
import { authorise, type LocalEnd } from '../matrix/authorise.ts';
import { peersOf } from '../matrix/peers-of.ts';
import type { Row } from '../matrix/row.ts';
import type { InterfaceName, Service } from '../roles.ts';
import type { Server, Topology } from '../topology.ts';
import type { NetworkState, RehearsedChain, RehearsedQuestion, Viewer } from './rehearsal-judge.ts';

/** One link that a network has: who dials whom, at which port, by which name. */
export interface RehearsedLink {
  readonly row: number;
  /** FQDN of the server that dials, or the kind of client. */
  readonly from: string;
  readonly fromSide?: InterfaceName;
  /** FQDN of the server that is dialled. */
  readonly to: string;
  readonly toSide: InterfaceName;
  readonly service: Service;
  /** The name that is asked for: the server's own, or for clients the SIP domain. */
  readonly asked: string;
}

/** Why one end refuses the other. */
export interface LinkFailure {
  /** Who refuses: the end that dials, or the one that is dialled. */
  readonly refusedBy: 'dialler' | 'dialled';
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Every link of a network that certificates decide: between servers, and from clients to their servers. Plain HTTP, stores and
 * partners are not among them: their certificates are not ours.
 */
export function linksOf(topology: Topology): readonly RehearsedLink[] {
  const links: RehearsedLink[] = [];
  for (const server of topology.servers.values()) {
    for (const target of peersOf(topology, server.fqdn)) {
      if (target.service === 'store' || target.protection === 'HTTP') continue;
      links.push({
        row: target.row,
        from: server.fqdn,
        fromSide: target.from,
        to: target.fqdn,
        toSide: 'internal',
        service: target.service,
        asked: target.fqdn,
      });
    }
    addClientLinks(topology, server, links);
  }
  return links;
}

function addClientLinks(topology: Topology, server: Server, links: RehearsedLink[]): void {
  const domains = server.pool?.domains ?? [...topology.domains.keys()];
  for (const domain of domains) {
    if (server.role === 'front-end') {
      const link = {
        row: 2,
        from: 'internal-client',
        to: server.fqdn,
        toSide: 'internal',
        service: 'sip',
      } as const;
      links.push({ ...link, asked: domain });
    }
    if (server.role === 'edge' && server.interfaces.external !== undefined) {
      const link = {
        row: 1,
        from: 'external-client',
        to: server.fqdn,
        toSide: 'external',
        service: 'clients',
      } as const;
      links.push({ ...link, asked: domain });
    }
  }
}

/**
 * Judges one link at both ends, as the handshake would: first the dialler the certificate it is shown, then, on mutual links, the
 * dialled one that of the dialler.
 * @returns undefined where both ends are satisfied
 */
export function judgeLink(link: RehearsedLink, state: NetworkState<Topology>): LinkFailure | undefined {
  const row = allowMatrix.find((candidate) => candidate.row === link.row);
  if (row === undefined) return undefined;
  const dialler: LocalEnd =
    link.fromSide === undefined
      ? { party: link.from as 'internal-client' | 'external-client', service: link.service }
      : { fqdn: link.from, interface: link.fromSide, service: link.service };
  const outbound = judge(state, viewerOf(link), state.chainOf(link.to, link.toSide), {
    link: { ...linkContext(row, link), direction: 'outbound', purpose: 'server' },
    identity: askedIdentity(row, link),
    authorise: authorise(state.topology, dialler),
  });
  if (outbound !== undefined) return { refusedBy: 'dialler', ...outbound };
  if (link.fromSide === undefined || !isMutual(row)) return undefined;
  const dialled: LocalEnd = { fqdn: link.to, interface: link.toSide, service: link.service };
  const viewer: Viewer = { fqdn: link.to, interface: link.toSide };
  const inbound = judge(state, viewer, state.chainOf(link.from, link.fromSide), {
    link: {
      ...linkContext(row, link),
      interface: link.toSide,
      local: link.to,
      direction: 'inbound',
      purpose: 'client',
    },
    identity: { mode: 'inbound' },
    authorise: authorise(state.topology, dialled),
  });
  return inbound === undefined ? undefined : { refusedBy: 'dialled', ...inbound };
}

function isMutual(row: Row): boolean {
  return row.protection === 'MTLS' || row.protection === 'mutual HTTPS';
}

function viewerOf(link: RehearsedLink): Viewer {
  return link.fromSide === undefined
    ? { party: link.from as 'internal-client' | 'external-client' }
    : { fqdn: link.from, interface: link.fromSide };
}

function linkContext(row: Row, link: RehearsedLink) {
  const ours = link.fromSide === undefined ? {} : { local: link.from };
  return { name: row.name, interface: link.fromSide ?? link.toSide, ...ours };
}

/** How each kind of link looks for the name it asked for. */
function askedIdentity(row: Row, link: RehearsedLink): RehearsedQuestion['identity'] {
  if (link.fromSide === undefined) return { mode: 'sip-domain', domain: link.asked };
  return row.protection === 'MTLS' ? { mode: 'host', name: link.asked } : { mode: 'https', name: link.asked };
}

function judge(
  state: NetworkState<Topology>,
  viewer: Viewer,
  chain: RehearsedChain | undefined,
  question: Omit<RehearsedQuestion, 'now'>,
): Omit<LinkFailure, 'refusedBy'> | undefined {
  if (chain === undefined) {
    return {
      reason: 'no-certificate',
      message: `No certificate is known for the ${question.link.purpose} of this link.`,
      remedy: 'Issue one with the names of the topology (entente topology certs) before this goes live.',
    };
  }
  const verdict = state.judgeOf(viewer).judge(chain, { ...question, now: state.now });
  if (verdict.trusted) return undefined;
  const { reason, message, remedy } = verdict.rejection;
  return { reason, message, remedy };
}
