import { object, texts } from '@entente/options';
import {
  allowMatrix,
  authorise,
  checkTopology,
  type InterfaceName,
  type LocalEnd,
  links,
  mayRequest,
  peersOf,
  type Row,
  type Server,
  type Topology,
} from '@entente/topology';
import type { IdentityExpectation } from '@entente/trust';
import { checks } from '../checks.ts';
import { checkState } from './check-state.ts';
import type { NetworkState, Viewer } from './network-state.ts';
import { judgePartnerLink, partnerLinks } from './partner-links.ts';
import { judge, type LinkFailure, type RehearsedLink } from './rehearsed-link.ts';

/**
 * Every link of a network that certificates decide: between servers, from clients to their servers, and with those partners whose
 * certificates are known. Plain HTTP and stores are not among them.
 *
 * @param topology - built from a checked document
 * @param partners - the domains of the partners to include
 */
export function linksOf(topology: Topology, partners: readonly string[] = []): readonly RehearsedLink[] {
  checkTopology(topology, 'linksOf');
  checks.argument(partners, texts, 'partners of linksOf');
  const found: RehearsedLink[] = [];
  for (const server of topology.servers.values()) {
    for (const target of peersOf(topology, server.fqdn)) {
      if (target.service === 'store' || target.protection === 'HTTP') continue;
      found.push({
        row: target.row,
        from: server.fqdn,
        fromSide: target.from,
        to: target.fqdn,
        toSide: 'internal',
        service: target.service,
        asked: target.fqdn,
      });
    }
    addClientLinks(topology, server, found);
    if (server.role === 'edge' && server.interfaces.external !== undefined) {
      found.push(...partnerLinks(topology, server.fqdn, partners));
    }
  }
  return found;
}

function addClientLinks(topology: Topology, server: Server, found: RehearsedLink[]): void {
  const domains = server.pool?.domains ?? [...topology.domains.keys()];
  const party = server.role === 'edge' ? 'external-client' : 'internal-client';
  const side = server.role === 'edge' ? 'external' : 'internal';
  const { row } = server.role === 'edge' ? links.clientToEdge : links.clientToFrontEnd;
  if (!mayRequest(topology, { party }, { fqdn: server.fqdn, interface: side }, row).ok) return;
  for (const domain of domains) {
    if (server.role === 'front-end') {
      const link = {
        row,
        from: 'internal-client',
        to: server.fqdn,
        toSide: 'internal',
        service: 'sip',
      } as const;
      found.push({ ...link, asked: domain });
    }
    if (server.role === 'edge' && server.interfaces.external !== undefined) {
      const link = {
        row,
        from: 'external-client',
        to: server.fqdn,
        toSide: 'external',
        service: 'clients',
      } as const;
      found.push({ ...link, asked: domain });
    }
  }
}

/**
 * Judges one link at both ends, as the handshake would: first the dialling end judges the certificate of the dialled one, then, on
 * mutual links, the dialled end judges that of the dialling one.
 * @returns undefined where both ends accept
 */
export function judgeLink(link: RehearsedLink, state: NetworkState): LinkFailure | undefined {
  checks.argument(link, object, 'link of judgeLink');
  checkState(state, 'state of judgeLink');
  const row = allowMatrix.find((candidate) => candidate.row === link.row);
  if (row === undefined) return undefined;
  if (row === links.federation) return judgePartnerLink(link, state);
  const dialler: LocalEnd =
    link.fromSide === undefined
      ? { party: link.from as 'internal-client' | 'external-client', service: link.service }
      : { fqdn: link.from, interface: link.fromSide, service: link.service };
  const outbound = judge(
    state,
    viewerOf(link),
    state.chainOf(link.to, link.toSide),
    {
      link: { ...linkContext(row, link), direction: 'outbound', purpose: 'server' },
      identity: askedIdentity(row, link),
      authorise: authorise(state.topology, dialler),
    },
    interfaceName(state, link.to, link.toSide),
  );
  if (outbound !== undefined) return { refusedBy: 'dialler', ...outbound };
  if (link.fromSide === undefined || !isMutual(row)) return undefined;
  const dialled: LocalEnd = { fqdn: link.to, interface: link.toSide, service: link.service };
  const viewer: Viewer = { fqdn: link.to, interface: link.toSide };
  const inbound = judge(
    state,
    viewer,
    state.chainOf(link.from, link.fromSide),
    {
      link: {
        ...linkContext(row, link),
        interface: link.toSide,
        local: link.to,
        direction: 'inbound',
        purpose: 'client',
      },
      identity: { mode: 'inbound' },
      authorise: authorise(state.topology, dialled),
    },
    interfaceName(state, link.from, link.fromSide),
  );
  return inbound === undefined ? undefined : { refusedBy: 'dialled', ...inbound };
}

function interfaceName({ topology }: NetworkState, fqdn: string, side: InterfaceName): string {
  return topology.servers.get(fqdn)?.interfaces[side]?.fqdn ?? fqdn;
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

/** Which identity each kind of link expects. */
function askedIdentity(row: Row, link: RehearsedLink): IdentityExpectation {
  if (link.fromSide === undefined) return { mode: 'sip-domain', domain: link.asked };
  return row.protection === 'MTLS' ? { mode: 'host', name: link.asked } : { mode: 'https', name: link.asked };
}
