import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { authorisePartner } from '@entente/federation';
import {
  domainMetrics,
  type Logger,
  type Metric,
  OperatorFault,
  pendingConnections,
  RefusedConnections,
  type ServerProblem,
} from '@entente/host';
import type { Member } from '@entente/member';
import { createTokenSource, MessageBudget, type NextHop, whenAged } from '@entente/sip-endpoint';
import { ServiceLocator, type ServiceResolver } from '@entente/sip-endpoint/resolve';
import { createSealing } from '@entente/sip-proxy';
import {
  budgetMetrics,
  connectionLog,
  everySecond,
  FlowNames,
  InsideSockets,
  loadMetrics,
  type NamedPolicy,
  OpenedParts,
  ProxyRuntime,
  peerName,
  proxyMetrics,
  watchServers,
  withPolicies,
} from '@entente/sip-relay';
import { type ConnectionRefusal, type Credential, logRefusal, type ServeLimits, serve } from '@entente/tls';
import {
  hopFinder,
  type Link,
  links,
  type Role,
  type ServerInterface,
  type Topology,
} from '@entente/topology';
import { dialPartner, locatePartner, namedHosts } from './dial-partner.ts';
import { createEdgePolicies } from './edge.ts';
import type { EdgeSender } from './edge-sender.ts';
import { externalCertificateProblems } from './external-certificate.ts';
import { openFederationTrust } from './federation-trust.ts';
import type { EdgeAddresses } from './forwarding.ts';
import { warnOfMissingNames } from './missing-names.ts';
import { partnerLimits } from './partner-limits.ts';
import { partnerRefusal } from './partner-refusal.ts';
import { provenDomains } from './proven-domains.ts';
import { serveObjects } from './publication/serve-objects.ts';
import { sniffProtocol } from './sniff-protocol.ts';

/** What comes from outside goes to those that answer first; with another edge of our pool we share devices. */
const watchedRoles: ReadonlySet<Role> = new Set(['director', 'front-end', 'edge']);

/** The lowest version for clients and partners, whatever programs they run; servers of ours speak TLS 1.3. */
const programsOfOthers = 'TLSv1.2';

/** Who is on them learns nothing of those inside. */
const outsideRows: ReadonlySet<number> = new Set([links.clientToEdge.row, links.federation.row]);

/** An edge that listens on its two sides. */
export interface RunningEdge extends AsyncDisposable {
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /** What is wrong with an external certificate that the authority does not renew: that it lacks names, has expired or soon will. */
  problems(): readonly ServerProblem[];
  /** On which it listens, 1 to 65535: SIP from servers of ours, from external clients and from partners, and HTTP. */
  readonly ports: {
    /** SIP from servers of ours. */
    readonly inside: number;
    /** SIP from external clients. */
    readonly clients: number;
    /** SIP from partners. */
    readonly federation: number;
    /** HTTP for revocation lists and CA certificates; none where row 19 is closed. */
    readonly objects: number | undefined;
    /** HTTPS for the federation bundle; none where row 19 is closed. */
    readonly bundle: number | undefined;
  };
  /**
   * Accepts no more connections of SIP, and closes those that are open by and by, each when nothing is under way on it: those inside last,
   * because requests in dialogs of external users come over them. Outsiders get lists and the bundle until the end.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when none is open any more, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/** What an edge is made of. */
export interface ServeEdgeOptions {
  /** Its certificate for the internal side, trust and topology. */
  readonly member: Member;
  /** Who we are outside: `member.externalIdentity()`, or a certificate of a public CA. */
  readonly externalIdentity: Credential;
  /** Receives links, refusals of both sides, and which servers answer. */
  readonly logger: Logger;
  /** Asked about each request that is about to go on, whichever way, in their order. */
  readonly policies?: readonly NamedPolicy[];
  /** DNS for partners. */
  readonly resolver: ServiceResolver;
  /**
   * Addresses of hosts that DNS does not know, by name. Of what DNS knows, these may have addresses that are not public, for the lists of partners;
   * an edge of a partner that is among them is dialled at the address here and at no other one.
   */
  readonly addresses: ReadonlyMap<string, string>;
  /** Where fetched revocation lists are kept. */
  readonly cacheDirectory: string;
  /** Milliseconds after which a partner's lists are fetched again. Default five minutes. */
  readonly refreshEveryMs?: number;
  /** Bytes of messages under way at most, of both sides; see `MessageBudget` of `@entente/sip-endpoint`. */
  readonly maxBytesInFlight?: number;
  /** Bounds of each listener; see `@entente/tls`. */
  readonly limits?: ServeLimits;
}

/**
 * Serves both sides of an edge on the ports that the topology names: servers of ours inside (MTLS), external clients (TLS)
 * and federation partners (MTLS) outside, each side with a certificate and a trust of its own.
 * @throws OperatorFault `ENTENTE_NOT_AN_EDGE`; faults of `serve` in `@entente/tls`
 */
export async function serveEdge(options: ServeEdgeOptions): Promise<RunningEdge> {
  const { externalIdentity, logger, member, resolver } = options;
  const { fqdn } = member;
  const { external, internal } = edgeInterfaces(member.topology, fqdn);
  const topology = () => member.topology;
  const refused = new RefusedConnections();
  const onRefusal = refused.counting(logRefusal(logger));
  const logConnection = connectionLog(logger);
  const onPartnerRefusal = (refusal: ConnectionRefusal) => onRefusal(partnerRefusal(refusal));
  const locator = new ServiceLocator({ resolver });
  const federationTrust = await openFederationTrust({ ...options, locator });
  const allowInside = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const allowPartner = member.whileConfirmed(authorisePartner(topology, fqdn));
  const sockets = new InsideSockets({ member, own: internal, limits: options.limits, onRefusal });
  const flows = new FlowNames();
  const addresses: EdgeAddresses = {
    inside: { host: internal.fqdn, port: internal.ports.sip as number },
    clients: { host: external.fqdn, port: external.ports.clients as number },
    partners: { host: external.fqdn, port: external.ports.federation as number },
  };
  const hopInside = hopFinder(topology, fqdn);
  const isThere = (hop: NextHop) => inside.isThere(hop);
  const watch = watchServers({ roles: watchedRoles, fqdn, topology, hopTo: hopInside, logger, isThere });
  const policies = createEdgePolicies({
    addresses,
    sealing: createSealing(member.keysFor('routes'), randomBytes),
    topology,
    flows,
    hopInside,
    isLiving: (server) => watch.isLiving(server),
    onRegistered(address, origin) {
      const connection = outside.connectionOf(origin);
      if (connection === undefined) return;
      connection.prove(address);
      logConnection(connection, address, fqdn);
    },
  });
  const shared = {
    flows,
    newToken: createTokenSource(),
    budget: new MessageBudget({ maxBytes: options.maxBytesInFlight }),
    log: logger,
    diagnosticsFrom: fqdn,
    isToldNothing: ({ row }: Link) => outsideRows.has(row),
    sides: { inside: () => inside, outside: () => outside },
  };
  // A request may pass here twice, in from a client and out to a partner: it is in a loop only if it comes the same way again. What
  // passes gets the Via of the side it leaves by.
  const named = namedHosts(options.addresses);
  const inside: ProxyRuntime<EdgeSender> = new ProxyRuntime({
    ...shared,
    sentBy: addresses.inside,
    policy: withPolicies(policies.inside, options.policies),
    isOurVia: (host) => host === external.fqdn,
    retryOn: (listener) => member.trust.onChange(listener),
    dial: sockets.dialling(allowInside),
  });
  const outside: ProxyRuntime<EdgeSender> = new ProxyRuntime({
    ...shared,
    sentBy: ({ row }) => (row === links.federation.row ? addresses.partners : addresses.clients),
    policy: withPolicies(policies.outside, options.policies),
    isOurVia: (host) => host === internal.fqdn,
    retryOn: (listener) => federationTrust.onChange(listener),
    locate: (hop) => locatePartner(hop, { fqdn, topology, locator, named }),
    async dial(hop) {
      const socket = await dialPartner(hop, {
        fqdn,
        topology,
        allow: allowPartner,
        trust: federationTrust,
        identity: externalIdentity,
        onRefusal: onPartnerRefusal,
      });
      const ends = { trust: federationTrust, identity: externalIdentity };
      return { socket, link: hop.link, onAged: (connection) => whenAged(socket, ends, connection) };
    },
  });

  const opened = new OpenedParts();
  // What waits for the end of its connections ends after those who end them.
  const listeners = new OpenedParts();
  for (const part of [federationTrust, listeners, inside, outside]) opened.use(part);
  return await opened.orEnd(async () => {
    const served = await serveObjects({ member, identity: externalIdentity, trust: federationTrust, logger });
    listeners.use(served);
    const servers = await sockets.listen(
      { service: 'sip', name: 'SIP inside', clientCertificate: 'required', allow: allowInside },
      (socket, link) => {
        const connection = inside.accept(socket, link);
        logConnection(connection, peerName(connection), fqdn);
      },
    );
    listeners.use(servers);
    const clients = await serve(
      tls,
      {
        trust: federationTrust,
        identity: externalIdentity,
        ...listenAt(external, 'clients'),
        minVersion: programsOfOthers,
        clientCertificate: 'none',
        link: { name: links.clientToEdge.name, interface: 'external', local: fqdn },
        limits: {
          ...options.limits,
          whenPendingIsFull: 'close-silent',
          whenPlacesAreShort: 'close-unproven',
        },
        onRefusal,
      },
      (socket) => {
        const sip = () => void outside.accept(socket, links.clientToEdge);
        // The bundle may share the clients' port, as it does by default.
        if (served.bundle === external.ports.clients) sniffProtocol(socket, { sip, http: served.takeHttp });
        else sip();
      },
    );
    listeners.use(clients);
    const partners = await serve(
      tls,
      {
        trust: federationTrust,
        identity: externalIdentity,
        ...listenAt(external, 'federation'),
        minVersion: programsOfOthers,
        clientCertificate: 'required',
        allow: allowPartner,
        link: { name: links.federation.name, interface: 'external', local: fqdn },
        limits: { ...partnerLimits(options.limits), whenPendingIsFull: 'close-silent' },
        onRefusal: onPartnerRefusal,
      },
      (socket) => {
        const connection = outside.accept(socket, links.federation);
        const proven = provenDomains(topology(), connection.protection.peer);
        logConnection(connection, proven[0] ?? peerName(connection), external.fqdn, proven);
      },
    );
    listeners.use(partners);
    opened.use(everySecond(watch));
    opened.use(warnOfMissingNames({ topology, fqdn, identity: externalIdentity, log: logger }));
    return {
      problems: () =>
        externalCertificateProblems(topology(), fqdn, externalIdentity.current.leaf, Date.now()),
      metrics: [
        ...proxyMetrics(() => inside.counts, 'inside'),
        ...proxyMetrics(() => outside.counts, 'outside'),
        ...budgetMetrics(shared.budget),
        ...loadMetrics,
        pendingConnections([servers, clients, partners]),
        refused.metric,
        ...domainMetrics(member),
      ],
      ports: {
        inside: servers.port,
        clients: clients.port,
        federation: partners.port,
        objects: served.objects,
        bundle: served.bundle,
      },
      async drain(withinMs) {
        for (const listener of [clients, partners, servers]) listener.stopAccepting();
        const drainedOutside = outside.drain({ withinMs });
        const drained = [drainedOutside, inside.drain({ withinMs, keepServersUntil: drainedOutside })];
        return (await Promise.all(drained)).every(Boolean);
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}

/**
 * The interfaces of an edge. Call it before a certificate for the external one is requested.
 * @param topology - in force
 * @param fqdn - of this server
 * @throws OperatorFault `ENTENTE_NOT_AN_EDGE`
 */
export function edgeInterfaces(
  topology: Topology,
  fqdn: string,
): { readonly internal: ServerInterface; readonly external: ServerInterface } {
  const server = topology.servers.get(fqdn);
  const { external, internal } = server?.interfaces ?? {};
  if (server?.role === 'edge' && internal !== undefined && external !== undefined)
    return { internal, external };
  throw new OperatorFault('ENTENTE_NOT_AN_EDGE', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as an edge with two interfaces`,
    place: 'the topology',
    remedy:
      'start the program for that role, correct "fqdn", or publish a topology with the server as edge with an external interface',
  });
}

function listenAt(side: ServerInterface, service: 'clients' | 'federation') {
  return {
    ...(side.address === undefined ? {} : { host: side.address }),
    port: side.ports[service] as number,
  };
}
