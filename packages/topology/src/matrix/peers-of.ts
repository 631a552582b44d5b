import { serverNamed } from '../network/server-named.ts';
import type { Server, Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import { aServer, checkTopology } from '../terms/given.ts';
import type { InterfaceName, Service } from '../terms/roles.ts';
import { includesSide, type Protection } from './link-row.ts';
import { linkRules } from './link-rules.ts';

/** A server or store that a server may dial. */
export interface DialTarget {
  /** Row of the allow matrix. */
  readonly row: number;
  /** That of the row; `HTTP` for the port `objects`, whatever the row says. */
  readonly protection: Protection;
  /** Our own interface. */
  readonly from: InterfaceName;
  /** FQDN to dial and to ask the certificate for. */
  readonly fqdn: string;
  /** Of the server to dial; `store` for a store. */
  readonly role: Server['role'] | 'store';
  /** What the port is for at the end that is dialled; `store` for a store. */
  readonly service: Service | 'store';
  /** Where to connect to, as the topology pins it; found by DNS where absent. */
  readonly address?: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Whether we may send requests on it. */
  readonly maySend: boolean;
}

/**
 * Which servers and stores a server may dial inside the organisation, on which row and where. Partners are not among them:
 * `@entente/federation` decides how they are reached.
 *
 * @param topology - built from a checked document
 * @param fqdn - the server's own FQDN
 * @returns in the order of the document, stores last; linear in the number of servers
 * @throws `ENTENTE_UNKNOWN_SERVER` where the topology lists no such server
 */
export function peersOf(topology: Topology, fqdn: string): readonly DialTarget[] {
  checkTopology(topology, 'peersOf');
  return dialTargets(topology, serverNamed(topology, fqdn), topology.servers.values());
}

/**
 * What a server may dial among some of the others, and every store.
 *
 * @param topology - built from a checked document
 * @param server - the one that dials
 * @param others - the servers that it may dial
 */
export function dialTargets(topology: Topology, server: Server, others: Iterable<Server>): DialTarget[] {
  checkTopology(topology, 'dialTargets');
  checks.argument(server, aServer, 'server of dialTargets');
  const targets: DialTarget[] = [];
  for (const other of others) {
    if (other !== server) addTargets(topology, server, other, targets);
  }
  for (const store of topology.stores.values()) {
    for (const { row } of linkRules(
      topology,
      { party: server.role, server, interface: 'internal' },
      { party: 'store' },
    )) {
      targets.push({
        row: row.row,
        protection: row.protection,
        from: 'internal',
        fqdn: store.fqdn,
        role: 'store',
        service: 'store',
        ...(store.address !== undefined && { address: store.address }),
        port: store.port ?? (store.kind === 'redis' ? 6379 : 5432),
        maySend: true,
      });
    }
  }
  return targets;
}

function addTargets(topology: Topology, server: Server, other: Server, targets: DialTarget[]): void {
  for (const from of ['internal', 'external'] as const) {
    if (server.interfaces[from] === undefined) continue;
    for (const to of ['internal', 'external'] as const) {
      const remote = other.interfaces[to];
      if (remote === undefined) continue;
      const ours = { party: server.role, server, interface: from };
      const theirs = { party: other.role, server: other, interface: to };
      for (const rule of linkRules(topology, ours, theirs)) {
        if (!includesSide(rule.mayOpen, rule.side)) continue;
        const dialled = rule.side === 'a' ? rule.row.b : rule.row.a;
        for (const service of dialled.services) {
          const port = remote.ports[service];
          if (port === undefined) continue;
          targets.push({
            row: rule.row.row,
            protection: service === 'objects' ? 'HTTP' : rule.row.protection,
            from,
            fqdn: remote.fqdn,
            role: other.role,
            service,
            ...(remote.address !== undefined && { address: remote.address }),
            port,
            maySend: includesSide(rule.maySend, rule.side),
          });
        }
      }
    }
  }
}
