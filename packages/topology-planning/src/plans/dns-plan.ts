import { list } from '@entente/options';
import {
  checkTopology,
  links,
  type Pool,
  type Server,
  type ServerInterface,
  type Topology,
} from '@entente/topology';
import { checks } from '../checks.ts';

/** Which resolvers answer with a record, where a domain has an `internal` and an `external` view. */
export type DnsView = 'internal' | 'external';

/** One record that the topology needs. */
export interface DnsRecord {
  /** Which resolvers have it: those inside, or those of everybody else. */
  readonly view: DnsView;
  /** Owner name, absolute, without trailing dot. */
  readonly name: string;
  /** `A` or `AAAA` for the address of a host; `SRV` and `NAPTR` to find one (RFC 3263 §4). */
  readonly type: 'A' | 'AAAA' | 'SRV' | 'NAPTR';
  /** Seconds. */
  readonly ttl: number;
  /** As it stands in a zone file; names in it end in a dot. */
  readonly data: string;
  /** What it is for. */
  readonly purpose: string;
  /**
   * The topology gives no address for the host: `data` is a placeholder, and the record is A or AAAA, as the address will be. Absent where
   * the record is complete.
   */
  readonly missing?: true;
}

/** Seconds: short enough that a server is found soon after a move, long enough that resolvers rarely ask. */
const ttl = 300;

/**
 * The records that clients, partners and our own servers look for (RFC 3263): addresses of servers, pools and access names; SRV for
 * internal clients, external clients and federation; NAPTR for SIPS over TCP.
 *
 * DNS is not trusted: a wrong record can make a connection fail, but never connect to another party.
 *
 * Every name that a server of ours writes into Record-Route, Path or Contact, and every target of SRV, has an address record: such a URI
 * names a port, so that a resolver asks for addresses alone (RFC 3263 §4.2). A pool of edges has none for its name inside: only servers that
 * have the topology follow that.
 *
 * @param topology - built from a checked document
 * @returns ordered by view, then by name; where the topology has no address, with a placeholder
 */
export function dnsPlan(topology: Topology): readonly DnsRecord[] {
  checkTopology(topology, 'dnsPlan');
  const records: DnsRecord[] = [];
  for (const server of topology.servers.values()) addAddresses(server, records);
  for (const domain of topology.domains.keys()) {
    addInternalDomain(topology, domain, records);
    addExternalDomain(topology, domain, records);
  }
  return unique(records).sort(
    (one, other) =>
      compare(one.view, other.view) || compare(one.name, other.name) || compare(one.type, other.type),
  );
}

/**
 * Writes records as a part of a zone file, to be included behind the zone's SOA and NS records (RFC 1035 §5.1). One whose address is
 * missing is a comment, to be filled in.
 * @param records - of one view
 */
export function zoneFile(records: readonly DnsRecord[]): string {
  checks.argument(records, list, 'records of zoneFile');
  const lines = ['; Records that the topology needs. Include this file behind SOA and NS of the zone.'];
  for (const record of records) {
    const line = `${record.name}. ${record.ttl} IN ${record.type} ${record.data} ; ${record.purpose}`;
    lines.push(record.missing === true ? `; fill in: ${line}` : line);
  }
  return `${lines.join('\n')}\n`;
}

function addAddresses(server: Server, records: DnsRecord[]): void {
  const { internal, external } = server.interfaces;
  if (internal !== undefined) {
    addAddress(records, 'internal', internal.fqdn, internal, `${server.role} ${server.fqdn}`);
    if (server.pool !== undefined && server.role !== 'edge') {
      addAddress(records, 'internal', server.pool.fqdn, internal, `pool member ${server.fqdn}`);
    }
  }
  if (external !== undefined) {
    addAddress(records, 'external', external.fqdn, external, `external interface of ${server.fqdn}`);
  }
}

function addAddress(
  records: DnsRecord[],
  view: DnsView,
  name: string,
  { address, fqdn }: ServerInterface,
  purpose: string,
): void {
  if (address === undefined) {
    records.push({ view, name, type: 'A', ttl, data: `<address of ${fqdn}>`, purpose, missing: true });
    return;
  }
  records.push({ view, name, type: address.includes(':') ? 'AAAA' : 'A', ttl, data: address, purpose });
}

function addInternalDomain(topology: Topology, domain: string, records: DnsRecord[]): void {
  for (const { target, port, servers } of internalTargets(topology, domain)) {
    for (const [service, purpose] of [
      ['_sipinternaltls._tcp', `internal clients (row ${links.clientToFrontEnd.row})`],
      ['_sips._tcp', `internal clients by RFC 3263 (row ${links.clientToFrontEnd.row})`],
    ] as const) {
      addSrv(records, 'internal', service, domain, target, port, purpose);
    }
    for (const server of servers) {
      const side = server.interfaces.internal;
      if (side !== undefined)
        addAddress(records, 'internal', `sip.${domain}`, side, `front end ${server.fqdn}`);
    }
  }
  addNaptr(records, 'internal', domain);
}

interface Target {
  readonly target: string;
  readonly port: number;
  readonly servers: readonly Server[];
}

/** One target for each pool whose members share a port, else one for each member. */
function internalTargets(topology: Topology, domain: string): readonly Target[] {
  const targets: Target[] = [];
  const seen = new Set<Pool>();
  for (const server of topology.servers.values()) {
    if (server.role !== 'front-end') continue;
    const port = server.interfaces.internal?.ports.sip;
    if (port === undefined) continue;
    const { pool } = server;
    if (pool !== undefined && !pool.domains.includes(domain)) continue;
    if (pool === undefined || !sharesPort(pool)) {
      targets.push({ target: server.fqdn, port, servers: [server] });
    } else if (!seen.has(pool)) {
      seen.add(pool);
      targets.push({ target: pool.fqdn, port, servers: pool.members });
    }
  }
  return targets;
}

function sharesPort(pool: Pool): boolean {
  return new Set(pool.members.map((member) => member.interfaces.internal?.ports.sip)).size === 1;
}

function addExternalDomain(topology: Topology, domain: string, records: DnsRecord[]): void {
  let reachable = false;
  for (const server of topology.servers.values()) {
    const side = server.interfaces.external;
    if (server.role !== 'edge' || side === undefined) continue;
    if (server.pool !== undefined && !server.pool.domains.includes(domain)) continue;
    const { clients, federation } = side.ports;
    if (clients !== undefined) {
      addSrv(
        records,
        'external',
        '_sip._tls',
        domain,
        side.fqdn,
        clients,
        `external clients (row ${links.clientToEdge.row})`,
      );
    }
    if (federation !== undefined) {
      reachable = true;
      for (const [service, purpose] of [
        ['_sipfederationtls._tcp', `federation (row ${links.federation.row})`],
        ['_sips._tcp', `federation by RFC 3263 (row ${links.federation.row})`],
      ] as const) {
        addSrv(records, 'external', service, domain, side.fqdn, federation, purpose);
      }
    }
    addAddress(records, 'external', `sip.${domain}`, side, `external interface of ${server.fqdn}`);
  }
  if (reachable) addNaptr(records, 'external', domain);
}

function addSrv(
  records: DnsRecord[],
  view: DnsView,
  service: string,
  domain: string,
  target: string,
  port: number,
  purpose: string,
): void {
  // Equal priority and weight: RFC 2782 shares the load among them.
  records.push({
    view,
    name: `${service}.${domain}`,
    type: 'SRV',
    ttl,
    data: `0 10 ${port} ${target}.`,
    purpose,
  });
}

function addNaptr(records: DnsRecord[], view: DnsView, domain: string): void {
  if (!records.some((record) => record.view === view && record.name === `_sips._tcp.${domain}`)) return;
  const data = `10 10 "s" "SIPS+D2T" "" _sips._tcp.${domain}.`;
  records.push({
    view,
    name: domain,
    type: 'NAPTR',
    ttl,
    data,
    purpose: 'SIPS over TCP (RFC 3263 section 4.1)',
  });
}

function unique(records: readonly DnsRecord[]): DnsRecord[] {
  const byKey = new Map<string, DnsRecord>();
  for (const record of records) {
    const key = `${record.view} ${record.name} ${record.type} ${record.data}`;
    if (!byKey.has(key)) byKey.set(key, record);
  }
  return [...byKey.values()];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
