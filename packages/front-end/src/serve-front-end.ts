import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { domainMetrics, type Logger, type Metric, OperatorFault, RefusedConnections } from '@entente/host';
import type { Member } from '@entente/member';
import { createTokenSource, dialServer, MessageBudget, monotonicNow } from '@entente/sip-endpoint';
import { createSealing } from '@entente/sip-proxy';
import {
  budgetMetrics,
  type Credentials,
  FlowNames,
  logConnection,
  type NamedPolicy,
  ProxyRuntime,
  proxyMetrics,
} from '@entente/sip-relay';
import { logRefusal, type ServeLimits, serve } from '@entente/tls';
import { hopFinder, linkOfServer, links, type ServerInterface, type Topology } from '@entente/topology';
import { FrontEnd, type FrontEndSender } from './front-end.ts';

/** A front end that listens. */
export interface RunningFrontEnd extends AsyncDisposable {
  readonly port: number;
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /**
   * Accepts no more connections, and closes those that are open by and by, each when nothing is under way on it.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when none is open any more, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/** What a front end is made of. */
export interface ServeFrontEndOptions {
  readonly member: Member;
  readonly credentials: Credentials;
  readonly logger: Logger;
  /** Asked in this order about each request that nothing else refused. */
  readonly policies?: readonly NamedPolicy[];
  /** Bounds of the listener; see `@entente/tls`. */
  readonly limits?: ServeLimits;
  /** Bytes of messages under way at most; see `MessageBudget` of `@entente/sip-endpoint`. */
  readonly maxBytesInFlight?: number;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
}

/**
 * Serves clients (TLS) and servers of the topology (MTLS) on the port that the topology names for this server.
 * @param options - who this server is, its users' credentials, its log
 * @throws OperatorFault `ENTENTE_NOT_A_FRONT_END`; faults of `serve` in `@entente/tls`
 */
export async function serveFrontEnd(options: ServeFrontEndOptions): Promise<RunningFrontEnd> {
  const { credentials, logger, member } = options;
  const { fqdn, identity, trust } = member;
  const own = ownInterface(member.topology, fqdn);
  const port = own.ports.sip as number;
  const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const refused = new RefusedConnections();
  const onRefusal = refused.counting(logRefusal(logger));
  const budget = new MessageBudget({ maxBytes: options.maxBytesInFlight });
  const newToken = createTokenSource();
  const flows = new FlowNames();
  const policy = new FrontEnd({
    fqdn,
    port,
    sealing: createSealing(member.keysFor('routes'), randomBytes),
    gruus: createSealing(member.keysFor('gruus'), randomBytes),
    topology: () => member.topology,
    hopTo: hopFinder(() => member.topology, fqdn),
    credentials,
    flows,
    policies: options.policies ?? [],
    newToken,
    onUser(address, origin) {
      const connection = runtime.connectionOf(origin);
      if (connection !== undefined) logConnection(logger, connection, address, fqdn);
    },
    clock: options.clock ?? monotonicNow,
  });
  const runtime: ProxyRuntime<FrontEndSender> = new ProxyRuntime({
    sentBy: { host: fqdn, port },
    policy,
    flows,
    newToken,
    isOurVia: (host) => host === fqdn,
    log: logger,
    diagnosticsFrom: fqdn,
    budget,
    retryOn: (listener) => trust.onChange(listener),
    dial: (hop) => dialServer(hop, { trust, identity, allow, local: fqdn, onRefusal }),
  });
  const server = await serve(
    tls,
    {
      trust,
      identity,
      ...(own.address === undefined ? {} : { host: own.address }),
      port,
      clientCertificate: 'optional',
      allow,
      link: { name: 'SIP', interface: 'internal', local: fqdn },
      limits: options.limits ?? {},
      onRefusal,
    },
    (socket, peer) => {
      // A client shows no certificate.
      const link = peer.peer === undefined ? links.clientToFrontEnd : linkOfServer(peer.peer, allow);
      const connection = runtime.accept(socket, link);
      if (connection.server !== undefined) logConnection(logger, connection, connection.server, fqdn);
    },
  );
  return {
    port: server.port,
    metrics: [
      ...proxyMetrics(() => runtime.counts),
      ...budgetMetrics(budget),
      refused.metric,
      ...domainMetrics(member),
    ],
    drain(withinMs) {
      server.stopAccepting();
      return runtime.drain({ withinMs });
    },
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

function ownInterface(topology: Topology, fqdn: string): ServerInterface {
  const server = topology.servers.get(fqdn);
  const own = server?.interfaces.internal;
  if (server?.role === 'front-end' && own?.ports.sip !== undefined) return own;
  throw new OperatorFault('ENTENTE_NOT_A_FRONT_END', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as a front end`,
    place: 'the topology',
    remedy:
      'start the program for that role, correct "fqdn", or publish a topology with the server as front-end',
  });
}
