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
import { createTokenSource, MessageBudget } from '@entente/sip-endpoint';
import { createSealing } from '@entente/sip-proxy';
import {
  budgetMetrics,
  connectionLog,
  everySecond,
  FlowNames,
  InsideSockets,
  loadMetrics,
  OpenedParts,
  ProxyRuntime,
  peerName,
  proxyMetrics,
  watchServers,
} from '@entente/sip-relay';
import { logRefusal, type ServeLimits } from '@entente/tls';
import { hopFinder, links, type Role, type ServerInterface, type Topology } from '@entente/topology';
import { gatewaysMetric } from './gateways/gateways-metric.ts';
import { watchGateways } from './gateways/watch-gateways.ts';
import { Mediation } from './mediation.ts';
import type { MediationSender } from './mediation-sender.ts';

const secondMs = 1_000;
/** What comes from gateways goes to those first that answer. */
const watchedRoles: ReadonlySet<Role> = new Set(['front-end', 'edge']);

/** A mediation server that listens. */
export interface RunningMediation extends AsyncDisposable {
  /** On which it listens, 1 to 65535: for front ends and edges, and for gateways. */
  readonly ports: { readonly inside: number; readonly gateways: number };
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /**
   * Accepts no more connections, and closes those that are open by and by, each when nothing is under way on it.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when none is open any more, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/** What a mediation server is made of. */
export interface ServeMediationOptions {
  /** Its certificate, trust and topology. */
  readonly member: Member;
  /** Numbers and rights of users; `member.followAccounts()`. */
  readonly accounts: FollowedAccounts;
  /** Receives links, refusals, and which servers and gateways answer. */
  readonly logger: Logger;
  /** Bounds of each listener; see `@entente/tls`. */
  readonly limits?: ServeLimits;
  /** Bytes of messages under way at most; see `MessageBudget` of `@entente/sip-endpoint`. */
  readonly maxBytesInFlight?: number;
}

/**
 * Serves front ends and edges on one port, gateways on another one, all of them by MTLS, as the topology names this server.
 * @param options - who this server is, its accounts, its log
 * @throws OperatorFault `ENTENTE_NOT_A_MEDIATION_SERVER`; faults of `serve` in `@entente/tls`
 */
export async function serveMediation(options: ServeMediationOptions): Promise<RunningMediation> {
  const { accounts, logger, member } = options;
  const { fqdn } = member;
  const own = ownInterface(member.topology, fqdn);
  const ports = { inside: own.ports.sip as number, gateways: own.ports.gateway as number };
  const topology = () => member.topology;
  const allowInside = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const allowGateways = member.authorise({ fqdn, interface: 'internal', service: 'gateway' });
  const refused = new RefusedConnections();
  const onRefusal = refused.counting(logRefusal(logger));
  const logConnection = connectionLog(logger);
  const sockets = new InsideSockets({ member, own, limits: options.limits, onRefusal });
  const budget = new MessageBudget({ maxBytes: options.maxBytesInFlight });
  const newToken = createTokenSource();
  const hopTo = hopFinder(topology, fqdn);
  const gateways = watchGateways({
    fqdn,
    topology,
    hopTo,
    newToken,
    logger,
    ask: (request, hop) => runtime.ask(request, hop),
  });
  const servers = watchServers({
    roles: watchedRoles,
    fqdn,
    topology,
    hopTo,
    logger,
    isThere: (hop) => runtime.isThere(hop),
  });
  const runtime: ProxyRuntime<MediationSender> = new ProxyRuntime({
    sentBy: ({ row }) => ({
      host: fqdn,
      port: row === links.mediationToGateway.row ? ports.gateways : ports.inside,
    }),
    policy: new Mediation({
      fqdn,
      ports,
      topology,
      accounts,
      hopTo,
      isLiving: (server) => servers.isLiving(server),
      isGatewayLiving: (gateway) => gateways.isLiving(gateway),
      sealing: createSealing(member.keysFor('routes'), randomBytes),
      newToken,
    }),
    flows: new FlowNames(),
    newToken,
    isOurVia: (host) => host === fqdn,
    log: logger,
    diagnosticsFrom: fqdn,
    isToldNothing: ({ row }) => row === links.mediationToGateway.row,
    budget,
    retryOn: (listener) => member.trust.onChange(listener),
    dial: sockets.dialling(allowInside),
  });
  const opened = new OpenedParts();
  // They wait for the end of their connections, which the runtime ends.
  const listeners = opened.use(new OpenedParts());
  opened.use(runtime);
  const listen = async (service: 'sip' | 'gateway', allow: typeof allowInside, name: string) => {
    const server = await sockets.listen(
      { service, name, clientCertificate: 'required', allow, isForOthers: service === 'gateway' },
      (socket, link) => {
        const connection = runtime.accept(socket, link);
        logConnection(connection, peerName(connection), fqdn);
      },
    );
    return listeners.use(server);
  };
  return await opened.orEnd(async () => {
    const inside = await listen('sip', allowInside, 'SIP inside');
    const outside = await listen('gateway', allowGateways, links.mediationToGateway.name);
    opened.use(everySecond(servers));
    opened.use(
      repeating(
        () => gateways.tick(),
        () => topology().telephony.healthSeconds * secondMs,
        gateways,
      ),
    );
    return {
      ports: { inside: inside.port, gateways: outside.port },
      metrics: [
        ...proxyMetrics(() => runtime.counts),
        ...budgetMetrics(budget),
        ...loadMetrics,
        gatewaysMetric(() => gateways.out),
        pendingConnections([inside, outside]),
        refused.metric,
        ...domainMetrics(member),
        accountsMetric(accounts),
      ],
      drain(withinMs) {
        inside.stopAccepting();
        outside.stopAccepting();
        return runtime.drain({ withinMs });
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}

/** Does something at once, and then again and again, after a time that may be another one each time. */
function repeating(tick: () => void, everyMs: () => number, also: Disposable): AsyncDisposable {
  let timer: NodeJS.Timeout;
  const next = (): void => {
    tick();
    timer = setTimeout(next, everyMs());
    timer.unref();
  };
  next();
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      also[Symbol.dispose]();
    },
  };
}

function ownInterface(topology: Topology, fqdn: string): ServerInterface {
  const server = topology.servers.get(fqdn);
  const own = server?.interfaces.internal;
  if (server?.role === 'mediation' && own !== undefined) return own;
  throw new OperatorFault('ENTENTE_NOT_A_MEDIATION_SERVER', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as a mediation server`,
    place: 'the topology',
    remedy:
      'start the program for that role, correct "fqdn", or publish a topology with the server as mediation',
  });
}
