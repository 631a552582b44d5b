import tls from 'node:tls';
import { domainMetrics, OperatorFault, pendingConnections, RefusedConnections } from '@entente/host';
import { createTokenSource, dialServer, MessageBudget, OpenCalls, SipEndpoint } from '@entente/sip-endpoint';
import { logRefusal, serve, systemClock } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { linkOfServer, noLink, type ServerInterface, type Topology } from '@entente/topology';
import { Application } from './application.ts';
import type { ServeApplicationOptions } from './application-options.ts';
import { serveShape } from './check-options.ts';
import { checks } from './fault.ts';
import { FrontEnds } from './front-ends.ts';
import { applicationMetrics } from './metrics.ts';
import { ReceivedRequests } from './receive-requests.ts';
import { logRefusedRequest } from './refusal.ts';
import { watchCall } from './watch-call.ts';

/** Milliseconds in which a front end must have finished its handshake. */
const dialMs = 4_000;
const defaultMaxCalls = 1_000;
const defaultMaxCallsOfUser = 16;
const defaultCheckCallsMs = 300_000;

/**
 * Serves a trusted application at the port that the topology names for this server: front ends connect to it (MTLS), and it to them where the
 * topology lets it open connections.
 * @param options - the member, its log, and what is done with requests
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`; OperatorFault `ENTENTE_NOT_AN_APPLICATION`; faults of `serve` in `@entente/tls`
 */
export async function serveApplication(options: ServeApplicationOptions): Promise<Application> {
  checks.options(options, serveShape, 'serveApplication');
  const { logger, member } = options;
  const { fqdn, identity, trust } = member;
  const topology = () => member.topology;
  const own = applicationInterface(member.topology, fqdn);
  const port = own.ports.sip as number;
  const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const refusedConnections = new RefusedConnections();
  const onRefusal = refusedConnections.counting(logRefusal(logger));
  const newToken = createTokenSource();
  const everyMs = options.checkCallsMs ?? defaultCheckCallsMs;
  const calls = new OpenCalls((call) => watchCall(call, { clock: systemClock, everyMs }));
  const { maxCalls = defaultMaxCalls, maxCallsOfUser = defaultMaxCallsOfUser } = options;
  const refused = new Map<string, number>();
  const limit = new RefusalLimit();
  const onFault =
    options.onFault ??
    ((error: unknown) =>
      logger.error({ event: 'fault', err: error }, 'a handler of the application has failed'));
  const frontEnds = new FrontEnds({ fqdn, topology, endpoint: () => endpoint });
  const received = new ReceivedRequests({
    fqdn,
    topology,
    handlers: options,
    calls,
    maxCalls,
    maxCallsOfUser,
    maxCallsOfDomain: options.maxCallsOfDomain ?? Math.max(maxCallsOfUser, Math.ceil(maxCalls / 4)),
    frontEnds,
    newToken,
    application: () => application,
    onRefused(request, refusal, connection) {
      refused.set(refusal.reason, (refused.get(refusal.reason) ?? 0) + 1);
      logRefusedRequest(logger, limit, request, refusal, connection);
    },
    onFault,
  });
  const endpoint: SipEndpoint = new SipEndpoint({
    sentBy: { host: fqdn, port },
    user: received,
    newToken,
    budget: new MessageBudget({ maxBytes: options.maxBytesInFlight }),
    retryOn: (listener) => trust.onChange(listener),
    dial: (hop) => dialServer(hop, { trust, identity, allow, local: fqdn, onRefusal, timeoutMs: dialMs }),
  });
  const server = await serve(
    tls,
    {
      trust,
      identity,
      ...(own.address === undefined ? {} : { host: own.address }),
      port,
      clientCertificate: 'required',
      allow,
      link: { name: 'SIP', interface: 'internal', local: fqdn },
      limits: { ...options.limits, whenPendingIsFull: 'close-silent' },
      onRefusal,
    },
    (socket, peer) => {
      const link = peer.peer === undefined ? noLink : linkOfServer(peer.peer, allow);
      const { protection, server: from } = endpoint.accept(socket, link);
      const { cipher, protocol } = protection;
      logger.info(
        {
          event: 'link',
          link: link.row,
          from,
          to: fqdn,
          protection: protection.protection,
          tls: protocol,
          cipher,
        },
        `${link.name}: ${from}`,
      );
    },
  );
  const application: Application = new Application({
    fqdn,
    port: server.port,
    topology,
    endpoint,
    frontEnds,
    calls,
    logger,
    newToken,
    onFault,
    metrics: [
      ...applicationMetrics(() => ({ endpoint, refused, calls: calls.size })),
      pendingConnections([server]),
      refusedConnections.metric,
      ...domainMetrics(member),
    ],
    stopAccepting: () => server.stopAccepting(),
    async close() {
      calls.lost();
      await endpoint[Symbol.asyncDispose]();
      await server.close();
      await options.closeWith?.[Symbol.asyncDispose]();
    },
  });
  return application;
}

/**
 * The interface of a trusted application.
 * @param topology - in force
 * @param fqdn - of this server
 * @throws OperatorFault `ENTENTE_NOT_AN_APPLICATION`
 */
export function applicationInterface(topology: Topology, fqdn: string): ServerInterface {
  const server = topology.servers.get(fqdn);
  const own = server?.interfaces.internal;
  if (server?.role === 'trusted-application' && own?.ports.sip !== undefined) return own;
  throw new OperatorFault('ENTENTE_NOT_AN_APPLICATION', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as a trusted application`,
    place: 'the topology',
    remedy:
      'start the program for that role, correct "fqdn", or publish a topology with the server as application (entente topology add application)',
  });
}
