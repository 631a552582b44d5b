import { randomBytes } from 'node:crypto';
import {
  accountsMetric,
  domainMetrics,
  type Logger,
  type Metric,
  OperatorFault,
  pendingConnections,
  RefusedConnections,
  type ServerProblem,
} from '@entente/host';
import type { FollowedAccounts, Member } from '@entente/member';
import { createTokenSource, MessageBudget, monotonicNow, processLoad } from '@entente/sip-endpoint';
import { createSealing, defaultRegistrationPolicy, GuessLimit } from '@entente/sip-proxy';
import type { Locations } from '@entente/sip-proxy/locations';
import {
  budgetMetrics,
  type Credentials,
  connectionLog,
  FlowNames,
  InsideSockets,
  loadMetrics,
  type NamedPolicy,
  OpenedParts,
  ProxyRuntime,
  proxyMetrics,
} from '@entente/sip-relay';
import { logRefusal, type ServeLimits } from '@entente/tls';
import { hopFinder, links, type ServerInterface, type Topology } from '@entente/topology';
import type { SignOutCause } from './account-changes.ts';
import { claimsNoServer } from './from-names-no-server.ts';
import { FrontEnd, type FrontEndSender } from './front-end.ts';
import { logIgnored } from './log-ignored-certificate.ts';
import { openPool } from './pool/open-pool.ts';
import { poolMetrics, waitingMetric } from './pool/pool-metrics.ts';
import type { PoolRegistrations } from './pool/pool-registrations.ts';
import { PoolWatch } from './pool/pool-watch.ts';
import { Vouchers } from './pool/registration-sources.ts';
import { ClockWatch } from './registrations/clock-watch.ts';
import { expiring } from './registrations/expiry.ts';
import { serveWeb } from './web/serve-web.ts';

const secondMs = 1_000;

/** A front end that listens. */
export interface RunningFrontEnd extends AsyncDisposable {
  /** On which it listens: SIP over TLS, 1 to 65535. */
  readonly port: number;
  /** Where web services ask it; undefined while the topology lets none. */
  readonly webPort: number | undefined;
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /** What is wrong with it now, beside what is wrong with the member. */
  problems(): readonly ServerProblem[];
  /**
   * Accepts no more connections, and closes those that are open by and by, each when nothing is under way on it.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when none is open any more, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/** What a front end is made of. */
export interface ServeFrontEndOptions {
  /** Its certificate, trust and topology. */
  readonly member: Member;
  /** Digests of the passwords of the users that it authenticates. */
  readonly credentials: Credentials;
  /** Where there are accounts: their homes, and who is signed out. `credentials` are those of `accountCredentials` then. */
  readonly accounts?: FollowedAccounts | undefined;
  /** Receives links, refusals, registrations that are lost, and which servers answer. */
  readonly logger: Logger;
  /** Asked in this order about each request that nothing else refused. */
  readonly policies?: readonly NamedPolicy[];
  /**
   * Where the users of our pool are, for all its servers: a store that they share, or a plugin. Without it each server has a copy, and they
   * tell each other.
   */
  readonly locations?: Locations;
  /** File that keeps this server's copy over a restart; without it clients register again. */
  readonly registrationsFile?: string;
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
  const opened = new OpenedParts();
  return await opened.orEnd(() => openFrontEnd(options, opened));
}

async function openFrontEnd(options: ServeFrontEndOptions, opened: OpenedParts): Promise<RunningFrontEnd> {
  const { accounts, credentials, logger, member } = options;
  const { fqdn, identity, trust } = member;
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
  const clock = options.clock ?? monotonicNow;
  const guesses = new GuessLimit();
  const onPassword = (user: string) =>
    logger.info({ event: 'password-changed', user }, `${user} has changed the password`);
  const watch = new PoolWatch({
    fqdn,
    topology,
    hopTo,
    newToken,
    logger,
    ask: (request, hop) => runtime.ask(request, hop),
    isThere: (hop) => runtime.isThere(hop),
    onReturn: (server) => pool?.returned(server),
  });
  const vouchers = new Vouchers({
    fqdn,
    topology,
    revocationLists: () => member.revocationLists,
    serialHex: () => identity.current.leaf.serialHex,
  });
  const pool =
    options.locations === undefined
      ? await openPool(options, { topology, watch, clock, vouchers })
      : undefined;
  if (pool !== undefined) opened.use(pool);
  // They wait for the end of their connections, which the runtime ends.
  const listeners = opened.use(new OpenedParts());
  const policy: FrontEnd = new FrontEnd({
    fqdn,
    port,
    sealing: createSealing(member.keysFor('routes'), randomBytes),
    gruus: createSealing(member.keysFor('gruus'), randomBytes),
    poolNonceKeys: member.keysFor('nonces'),
    topology,
    hopTo,
    locations: options.locations ?? (pool as PoolRegistrations).locations,
    isLiving: watch.isLiving,
    vouchers,
    onNotKept: (error) => logNotKept(logger, error),
    ...(pool === undefined
      ? {}
      : {
          onCopies(request, from, serialHex) {
            watch.heard(from);
            return pool.receive(request, from, serialHex);
          },
        }),
    credentials,
    accounts,
    isOver: () => member.isOver,
    guesses,
    onPassword,
    onSignedOut: (user, cause, connections) =>
      logger.info(
        { event: 'signed-out', user, cause, connections },
        `${user} is signed out of this server: ${signOutTexts[cause]}`,
      ),
    onMoved(user, connections) {
      // A device whose connection ends registers again, which leads to the home of now.
      for (const origin of connections) runtime.connectionOf(origin)?.close();
      const fields = { event: 'moved', user, connections: connections.length };
      logger.info(
        fields,
        `${user} is at home in another pool: the devices connected here are to register again`,
      );
    },
    flows,
    policies: options.policies ?? [],
    newToken,
    // Clients that came back at once refresh at different times.
    registrationPolicy: () => ({
      maxExpiresSec: Math.ceil(defaultRegistrationPolicy.maxExpiresSec * processLoad.partOfExpires()),
    }),
    onUser(address, origin) {
      const connection = runtime.connectionOf(origin);
      if (connection !== undefined) logConnection(connection, address, fqdn);
    },
    clock,
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
    dial: sockets.dialling(allow),
  });
  opened.use(runtime);
  opened.defer(() => policy.stop());
  opened.defer(() => watch[Symbol.dispose]());
  opened.defer(
    trust.onChange(() => {
      vouchers.changed();
      pool?.trustChanged();
    }),
  );
  opened.defer(member.onTopology(() => pool?.usersChanged()));
  if (accounts !== undefined) {
    opened.defer(
      accounts.onChange((changes) => {
        policy.accountsChanged(changes);
        pool?.usersChanged(changes.map(({ address }) => address));
      }),
    );
  }
  const server = await sockets.listen(
    {
      service: 'sip',
      // A client shows none, or that of the maker of a telephone, which proves nothing here.
      clientCertificate: 'optional',
      withoutCertificate: links.clientToFrontEnd,
      isForOthers: true,
      ignoreUnknownIssuer: (claimed) => claimsNoServer(topology(), claimed),
      allow,
    },
    (socket, link) => {
      const connection = runtime.accept(socket, link);
      if (connection.server !== undefined) logConnection(connection, connection.server, fqdn);
      else logIgnored(logger, connection);
    },
  );
  listeners.use(server);
  const web = await serveWeb({
    member,
    credentials,
    accounts,
    devices: policy.userDevices,
    guesses,
    onPassword,
    clock,
    logger,
    onRefusal,
  });
  listeners.use(web);
  // Without a store of its own a pool does it by itself.
  const { locations } = options;
  const onFault = (error: unknown) => logNotKept(logger, error);
  const expire = locations === undefined ? () => {} : expiring(locations, { clock, onFault });
  const clockWatch = new ClockWatch({ clock, log: logger });
  const tick = () => {
    watch.tick();
    // A clock that is given is not that of the machine.
    if (options.clock === undefined) clockWatch.look();
    pool?.tick();
    expire();
  };
  const everySecond = setInterval(tick, secondMs);
  everySecond.unref();
  opened.defer(() => clearInterval(everySecond));
  tick();
  return {
    port: server.port,
    get webPort() {
      return web.port;
    },
    metrics: [
      ...proxyMetrics(() => runtime.counts),
      ...budgetMetrics(budget),
      ...loadMetrics,
      ...poolMetrics(watch),
      waitingMetric(() => policy.waiting),
      pendingConnections([server]),
      refused.metric,
      ...domainMetrics(member),
      ...(accounts === undefined ? [] : [accountsMetric(accounts)]),
    ],
    problems: () => pool?.problems() ?? [],
    drain(withinMs) {
      server.stopAccepting();
      web.stopAccepting();
      policy.stop();
      return runtime.drain({ withinMs });
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

const signOutTexts: Readonly<Record<SignOutCause, string>> = {
  disabled: 'the account was disabled',
  removed: 'the account was removed',
  'password-set': 'the account has another password',
};

/** A client has left, or cannot be reached any more, and the store still says otherwise: requests for it are answered 430 or 480. */
function logNotKept(logger: Logger, error: unknown): void {
  logger.warn(
    { event: 'locations-not-changed' },
    `a binding that leads nowhere was not removed: ${(error as Error).message}`,
  );
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
