import { randomBytes } from 'node:crypto';
import {
  accountsMetric,
  domainMetrics,
  type Logger,
  type Metric,
  OperatorFault,
  pendingConnections,
  RefusedConnections,
} from '@entente/host';
import type { FollowedAccounts, Member } from '@entente/member';
import { createTokenSource, MessageBudget, monotonicNow } from '@entente/sip-endpoint';
import { createSealing } from '@entente/sip-proxy';
import {
  budgetMetrics,
  type Credentials,
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
import { logRefusal, type ServeLimits } from '@entente/tls';
import { hopFinder, type Role, type ServerInterface, type Topology } from '@entente/topology';
import { Director, type DirectorSender } from './director.ts';

/** Requests go to those that answer first. */
const watchedRoles: ReadonlySet<Role> = new Set(['front-end', 'edge']);

/** A director that listens. */
export interface RunningDirector extends AsyncDisposable {
  /** On which it listens: SIP over TLS, 1 to 65535. */
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

/** What a director is made of. */
export interface ServeDirectorOptions {
  /** Its certificate, trust and topology. */
  readonly member: Member;
  /** Digests of the passwords of the users that it authenticates. */
  readonly credentials: Credentials;
  /** Where there are accounts: their homes, and whether they are confirmed. `credentials` are those of `accountCredentials` then. */
  readonly accounts?: FollowedAccounts | undefined;
  /** Receives links, refusals, and which servers answer. */
  readonly logger: Logger;
  /** Asked about each request that is about to go on, in their order. */
  readonly policies?: readonly NamedPolicy[];
  /** Bounds of the listener; see `@entente/tls`. */
  readonly limits?: ServeLimits;
  /** Bytes of messages under way at most; see `MessageBudget` of `@entente/sip-endpoint`. */
  readonly maxBytesInFlight?: number;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
}

/**
 * Serves edges and front ends of the topology (MTLS) on the port that the topology names for this server. No client may connect.
 * @param options - who this server is, the users' credentials, its log
 * @throws OperatorFault `ENTENTE_NOT_A_DIRECTOR`; faults of `serve` in `@entente/tls`
 */
export async function serveDirector(options: ServeDirectorOptions): Promise<RunningDirector> {
  const { accounts, credentials, logger, member } = options;
  const { fqdn } = member;
  const own = ownInterface(member.topology, fqdn);
  const port = own.ports.sip as number;
  const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const refused = new RefusedConnections();
  const onRefusal = refused.counting(logRefusal(logger));
  const logConnection = connectionLog(logger);
  const sockets = new InsideSockets({ member, own, limits: options.limits, onRefusal });
  const budget = new MessageBudget({ maxBytes: options.maxBytesInFlight });
  const newToken = createTokenSource();
  const flows = new FlowNames();
  const topology = () => member.topology;
  const hopTo = hopFinder(topology, fqdn);
  const watch = watchServers({
    roles: watchedRoles,
    fqdn,
    topology,
    hopTo,
    logger,
    isThere: (hop) => runtime.isThere(hop),
  });
  const policy = new Director({
    fqdn,
    port,
    sealing: createSealing(member.keysFor('routes'), randomBytes),
    poolNonceKeys: member.keysFor('nonces'),
    topology,
    hopTo,
    isLiving: (server) => watch.isLiving(server),
    credentials,
    accounts,
    isOver: () => member.isOver,
    flows,
    newToken,
    clock: options.clock ?? monotonicNow,
  });
  const runtime: ProxyRuntime<DirectorSender> = new ProxyRuntime({
    sentBy: { host: fqdn, port },
    policy: withPolicies(policy, options.policies),
    flows,
    newToken,
    isOurVia: (host) => host === fqdn,
    log: logger,
    diagnosticsFrom: fqdn,
    budget,
    retryOn: (listener) => member.trust.onChange(listener),
    dial: sockets.dialling(allow),
  });
  const opened = new OpenedParts();
  // It waits for the end of its connections, which the runtime ends.
  const listener = opened.use(new OpenedParts());
  opened.use(runtime);
  return await opened.orEnd(async () => {
    const server = await sockets.listen(
      { service: 'sip', clientCertificate: 'required', allow },
      (socket, link) => {
        const connection = runtime.accept(socket, link);
        logConnection(connection, peerName(connection), fqdn);
      },
    );
    listener.use(server);
    opened.use(everySecond(watch));
    return {
      port: server.port,
      metrics: [
        ...proxyMetrics(() => runtime.counts),
        ...budgetMetrics(budget),
        ...loadMetrics,
        pendingConnections([server]),
        refused.metric,
        ...domainMetrics(member),
        ...(accounts === undefined ? [] : [accountsMetric(accounts)]),
      ],
      drain(withinMs) {
        server.stopAccepting();
        return runtime.drain({ withinMs });
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}

function ownInterface(topology: Topology, fqdn: string): ServerInterface {
  const server = topology.servers.get(fqdn);
  const own = server?.interfaces.internal;
  if (server?.role === 'director' && own?.ports.sip !== undefined) return own;
  throw new OperatorFault('ENTENTE_NOT_A_DIRECTOR', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as a director`,
    place: 'the topology',
    remedy:
      'start the program for that role, correct "fqdn", or publish a topology with the server as director',
  });
}
