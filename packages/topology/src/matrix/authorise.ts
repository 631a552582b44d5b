import { object } from '@entente/options';
import type { Pool, Server, Topology } from '../network/topology.ts';
import { trustStateStanding } from '../network/trust-state-standing.ts';
import { checks, TopologyFault } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import type { InterfaceName, Role, Service } from '../terms/roles.ts';
import { checkEnd } from './check-end.ts';
import { includesSide, type Party } from './link-row.ts';
import { type LinkEnd, type LinkRule, linkRules } from './link-rules.ts';
import type { TopologyRejection } from './rejection.ts';

/** What the topology needs to know of a peer; `PeerIdentity` of `@entente/trust` has it all. */
export interface PeerNames {
  /** DNS names of its certificate that count as its identity; compared without regard to case. */
  readonly dnsNames: readonly string[];
  /** Domains of the `sip:` URIs in its certificate (RFC 5922 §7.1); compared without regard to case. */
  readonly sipDomains: readonly string[];
  /** The name that was asked for and found; absent for an inbound peer. */
  readonly matched?: string;
}

/** What the topology needs to know of the link; `LinkContext` of `@entente/trust` has it. */
export interface LinkDirection {
  /** `inbound` where the peer has opened the connection, `outbound` where this end has. */
  readonly direction: 'inbound' | 'outbound';
}

/** The answer of stage 5 of the verdict, shaped like `Authorised` of `@entente/trust`. */
export type TopologyAuthorised =
  | { readonly ok: true; readonly server: string; readonly role: Role; readonly row: number }
  | { readonly ok: false; readonly rejection: TopologyRejection };

/** Our own end of the link. */
export type LocalEnd =
  | {
      /** Our own FQDN as the topology lists it. */
      readonly fqdn: string;
      readonly interface: InterfaceName;
      /** The port the link uses: ours when the peer dialled, the peer's when we did. Rows for other ports do not count. */
      readonly service?: Service;
    }
  | {
      /** Not a server: a client or an administrator that holds the topology. */
      readonly party: Exclude<Party, Role | 'store'>;
      readonly service?: Service;
    };

/** When the topology by which an end of a link decides was confirmed. */
export interface Confirmation {
  /** When the authority last confirmed it, milliseconds since the epoch; `undefined` where it never did. */
  readonly confirmedAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Creates the authorisation of one end of a link: it allows only servers of the topology, only on a row of the allow matrix, and only
 * in a direction that the row allows.
 *
 * The peer's certificate must select exactly one server by the server's own FQDN. The name of a pool or of a domain selects none,
 * because every member of the pool has it.
 *
 * @param topology - built from a document that was verified
 * @param local - our own end of the link
 * @param confirmation - called at every decision: a topology that was not confirmed for longer than its setting
 *   `trustState.refuseAfterSeconds` allows no peer (`topology-stale`), because servers may have been removed from it since. Without
 *   this argument the topology counts as current
 * @returns a function for `Question.authorise`; constant time in the size of the topology. Where we ourselves are not
 *   in the topology, it refuses every peer with `not-in-topology`. It throws TopologyFault `ENTENTE_BAD_DIRECTION` where the direction of the
 *   link is neither `inbound` nor `outbound`, so that no misspelt one is allowed
 */
export function authorise(
  topology: Topology,
  local: LocalEnd,
  confirmation?: () => Confirmation,
): (peer: PeerNames, link: LinkDirection) => TopologyAuthorised {
  checkTopology(topology, 'authorise');
  checkEnd(local, 'authorise');
  const ours = localEnd(topology, local);
  return (peer, link) => {
    checkDirection(link.direction);
    const stale = confirmation === undefined ? undefined : refuseUnconfirmed(topology, confirmation());
    if (stale !== undefined) return refused(stale);
    if (ours.end === undefined) return refused(ours.rejection);
    const selected = selectServer(topology, peer);
    if ('reason' in selected) return refused(selected);
    const { server } = selected;
    const theirs: LinkEnd = { party: server.role, server, interface: selected.interface };
    const inbound = link.direction === 'inbound';
    const rules = linkRules(topology, ours.end, theirs, local.service, inbound ? 'one' : 'other');
    if (rules.length === 0) return refused(roleRefusal(ours.end, theirs, local.service));
    const opened = rules.find((rule) => includesSide(rule.mayOpen, openerSide(rule, inbound)));
    if (opened === undefined) return refused(directionRefusal(rules[0]!, ours.end, theirs, inbound));
    return { ok: true, server: server.fqdn, role: server.role, row: opened.row.row };
  };
}

/**
 * Whether a topology is too old to decide by. For `authorise` functions that use it in another way, as that of partners does.
 *
 * @param topology - the one in force
 * @param confirmation - when it was confirmed last; where it never was, its time of issue counts
 * @returns `topology-stale`, or undefined
 */
export function refuseUnconfirmed(
  topology: Topology,
  confirmation: Confirmation,
): TopologyRejection | undefined {
  checkTopology(topology, 'refuseUnconfirmed');
  checks.argument(confirmation, object, 'confirmation of a topology', 'give { confirmedAt, now }');
  const { confirmedAt, now } = confirmation;
  const issuedAt = confirmedAt ?? Date.parse(topology.document.issued);
  const standing = trustStateStanding(topology, issuedAt, now);
  if (standing.standing !== 'stale') return undefined;
  const { message, remedy } = standing;
  return { reason: 'topology-stale', issuedAt, now, message, remedy };
}

/** A direction that there is not would count as one that a row allows. */
function checkDirection(direction: LinkDirection['direction']): void {
  if (direction === 'inbound' || direction === 'outbound') return;
  throw new TopologyFault('ENTENTE_BAD_DIRECTION', {
    sentence: `expected the direction of a link to be inbound or outbound, found ${JSON.stringify(direction)}`,
    place: 'link.direction of authorise',
    remedy: 'give inbound where the peer has opened the connection, outbound where this end has',
  });
}

type OurEnd = { readonly end: LinkEnd } | { readonly end: undefined; readonly rejection: TopologyRejection };

function localEnd(topology: Topology, local: LocalEnd): OurEnd {
  if ('party' in local) return { end: { party: local.party } };
  const server = topology.servers.get(local.fqdn);
  if (server !== undefined) return { end: { party: server.role, server, interface: local.interface } };
  return {
    end: undefined,
    rejection: {
      reason: 'not-in-topology',
      server: local.fqdn,
      message: `This server, ${local.fqdn}, is not in the topology, so it may not have links.`,
      remedy: `Add ${local.fqdn} to the topology, or correct the name in its configuration.`,
    },
  };
}

type Selection = { readonly server: Server; readonly interface: InterfaceName } | TopologyRejection;

function selectServer(topology: Topology, peer: PeerNames): Selection {
  const names = new Set<string>();
  for (const name of peer.dnsNames) names.add(name.toLowerCase());
  for (const name of peer.sipDomains) names.add(name.toLowerCase());
  const found: Server[] = [];
  for (const name of names) {
    const server = topology.servers.get(name);
    if (server !== undefined) found.push(server);
  }
  if (found.length > 1) return ambiguous(found);
  if (found.length === 1) return asAskedFor(topology, peer, found[0]!);
  return byExternalName(topology, names, peer);
}

/** Outbound, the certificate must be that of the server that was dialled, not that of any server. */
function asAskedFor(topology: Topology, peer: PeerNames, server: Server): Selection {
  const name = peer.matched?.toLowerCase();
  const asked = name === undefined ? undefined : topology.servers.get(name);
  if (asked !== undefined && asked !== server) return ambiguous([asked, server]);
  const pool = name === undefined ? undefined : topology.pools.get(name);
  if (pool !== undefined && server.pool !== pool) return notInPool(server, pool);
  return { server, interface: 'internal' };
}

/** A certificate of an external interface has no internal name: it belongs to a server of ours on its outer side. */
function byExternalName(topology: Topology, names: ReadonlySet<string>, peer: PeerNames): Selection {
  const found = new Set<Server>();
  for (const name of names) {
    for (const server of topology.externalNames.get(name) ?? []) found.add(server);
  }
  const [first] = found;
  if (first === undefined) return unlisted(topology, names);
  if (found.size > 1 && peer.matched === undefined) return ambiguous([...found]);
  return { server: first, interface: 'external' };
}

function unlisted(topology: Topology, names: ReadonlySet<string>): TopologyRejection {
  const listed = [...names].slice(0, 8);
  const pool = listed.find((name) => topology.pools.has(name));
  return {
    reason: 'not-in-topology',
    names: listed,
    message:
      pool === undefined
        ? `None of the peer's names is a server of the topology: ${listed.join(', ') || 'the certificate has none'}.`
        : `The certificate has the pool name ${pool} but not the FQDN of a server, so it selects none.`,
    remedy:
      pool === undefined
        ? 'Add the server to the topology and publish it, or find out which machine presents this certificate.'
        : `Issue the certificate with the server's own FQDN beside ${pool} (entente topology certs).`,
  };
}

function notInPool(server: Server, pool: Pool): TopologyRejection {
  return {
    reason: 'not-in-topology',
    names: [pool.fqdn, server.fqdn],
    server: server.fqdn,
    message: `The pool ${pool.fqdn} was dialled, but ${server.fqdn} answered, which is not in that pool.`,
    remedy: `Correct the DNS records of ${pool.fqdn} (entente topology dns), or add ${server.fqdn} to the pool.`,
  };
}

function ambiguous(servers: readonly Server[]): TopologyRejection {
  const fqdns = servers.slice(0, 8).map((server) => server.fqdn);
  return {
    reason: 'identity-ambiguous',
    servers: fqdns,
    message: `The certificate names more than one server of the topology: ${fqdns.join(', ')}.`,
    remedy:
      'Issue one certificate for each server, with the FQDN of that server only (entente topology certs).',
  };
}

function roleRefusal(ours: LinkEnd, theirs: LinkEnd, service: Service | undefined): TopologyRejection {
  const where = service === undefined ? '' : ` at port "${service}"`;
  return {
    reason: 'role-not-allowed-on-link',
    ...(theirs.server !== undefined && { server: theirs.server.fqdn }),
    role: theirs.party,
    link: `${ours.party}–${theirs.party}`,
    ...(ours.interface !== undefined && { interface: ours.interface }),
    message: `No row of the allow matrix allows a link between ${describe(ours)} and ${describe(theirs)}${where}.`,
    remedy:
      'Use a route that the allow matrix has (entente topology draw shows the links), or correct the roles.',
  };
}

function directionRefusal(
  rule: LinkRule,
  ours: LinkEnd,
  theirs: LinkEnd,
  inbound: boolean,
): TopologyRejection {
  const opener = inbound ? theirs : ours;
  const { row } = rule.row;
  return {
    reason: 'direction-not-allowed',
    ...(theirs.server !== undefined && { server: theirs.server.fqdn }),
    role: theirs.party,
    direction: inbound ? 'inbound' : 'outbound',
    row,
    message: `Row ${row} of the allow matrix does not allow ${describe(opener)} to open this link.`,
    remedy:
      'Open it from the other side, or check the topology for a narrowing of the row and for an outbound-only flag.',
  };
}

function describe(end: LinkEnd): string {
  const name = end.server === undefined ? `${end.party}` : `${end.party} ${end.server.fqdn}`;
  return end.interface === undefined ? `the ${name}` : `the ${name} (${end.interface} interface)`;
}

function openerSide(rule: LinkRule, inbound: boolean): 'a' | 'b' {
  if (!inbound) return rule.side;
  return rule.side === 'a' ? 'b' : 'a';
}

function refused(rejection: TopologyRejection): TopologyAuthorised {
  return { ok: false, rejection };
}
