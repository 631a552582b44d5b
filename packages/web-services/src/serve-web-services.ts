import type { RequestListener } from 'node:http';
import {
  accountsMetric,
  domainMetrics,
  endInTime,
  FollowedListener,
  type ListeningPlace,
  type Logger,
  type Metric,
  OperatorFault,
  publicLimits,
  RefusedConnections,
  serveHttps,
} from '@entente/host';
import type { FollowedAccounts, Member } from '@entente/member';
import { logRefusal, peerOf, type ServeLimits, type ServeOptions } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { links, type ServerInterface, type Topology, takesFrom } from '@entente/topology';
import { AnswerUsers } from './answer-users.ts';
import { AnswersUnderWay } from './answers-under-way.ts';
import type { WebListener } from './asked-from.ts';
import { FrontEnds } from './front-ends.ts';
import { People } from './people.ts';
import { RequestLog } from './request-log.ts';

/** What web services are made of. */
export interface ServeWebServicesOptions {
  /** Its certificate, trust and topology. */
  readonly member: Member;
  /** Homes and states of users, without verifiers: what the authority feeds to this role. */
  readonly accounts: FollowedAccounts;
  /** Receives refusals of connections and requests, and faults. */
  readonly logger: Logger;
  /** Bounds of the listener for users inside; see `@entente/tls`. */
  readonly limits?: ServeLimits;
  /** Milliseconds, of a clock that is never set; default that of the process. */
  readonly clock?: () => number;
}

/** Web services that listen. */
export interface RunningWebServices extends AsyncDisposable {
  /** For users inside. */
  readonly port: number;
  /** For reverse proxies; undefined while the topology lets none ask. */
  readonly proxiedPort: number | undefined;
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /**
   * Accepts no more connections, and lets requests that are under way end.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when all have, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/** A few proxies dial it; what outsiders hold open must not keep them out. */
const proxiedLimits = {
  maxConnections: 2_048,
  maxConnectionsPerAddress: 1_024,
  maxPending: 512,
  maxPendingPerAddress: 64,
  whenPendingIsFull: 'close-silent',
} as const satisfies ServeLimits;
const http = { maxHeaderBytes: 8_192, requestTimeoutMs: 10_000, keepAliveTimeoutMs: 10_000 };
const answerTimeoutMs = 30_000;
/** A proxy sends the requests of many users over one connection. */
const maxRequestsOfUser = 1_000;

/**
 * Serves users on the port that the topology names, and the reverse proxies of the topology on another one, which is open exactly while
 * row 10 lets any of them ask. It keeps no verifiers and no sessions: what a user does is decided by a front end (row 11).
 * @param options - who this server is, its users, its log
 * @throws OperatorFault `ENTENTE_NOT_WEB_SERVICES`; faults of `serve` in `@entente/tls`
 */
export async function serveWebServices(options: ServeWebServicesOptions): Promise<RunningWebServices> {
  const { accounts, logger, member } = options;
  const { fqdn, identity, trust } = member;
  const own = ownInterface(member.topology, fqdn);
  const refused = new RefusedConnections();
  const onRefusal = refused.counting(logRefusal(logger));
  const lines = new RequestLog(logger, () => trust.clock.now());
  const connections = new RefusalLimit();
  const frontEnds = new FrontEnds({ member, accounts, logger, onRefusal });
  const people = new People(accountsOf(accounts));
  const stopFollowing = accounts.onChange((changes) => people.apply(changes));
  const users = new AnswerUsers({
    fqdn,
    topology: () => member.topology,
    frontEnds,
    people,
    clock: options.clock ?? (() => performance.now()),
    onRefused: (problem, from) => lines.refused(problem, from),
    onLeft: (from) => lines.left(from),
    onFault: (fault, from) => lines.fault(fault, from),
  });
  const underWay = new AnswersUnderWay();
  const handlerOf =
    (listener: WebListener): RequestListener =>
    (incoming, outgoing) => {
      endInTime(outgoing, answerTimeoutMs);
      underWay.add(outgoing);
      users.answer(incoming, outgoing, listener).catch(() => outgoing.destroy());
    };
  const listen = async (place: ListeningPlace, more: Partial<ServeOptions>, listener: WebListener) =>
    serveHttps(
      {
        trust,
        identity,
        ...(place.host === undefined ? {} : { host: place.host }),
        port: place.port,
        http,
        onRefusal,
        ...more,
      } as ServeOptions,
      handlerOf(listener),
    );
  const inside = await listen(
    { host: own.address, port: own.ports.web as number },
    {
      clientCertificate: 'none',
      link: { name: 'web users', interface: 'internal', local: fqdn },
      limits: {
        maxConnections: publicLimits.maxConnections,
        maxConnectionsPerAddress: publicLimits.maxConnectionsPerAddress,
        ...options.limits,
        whenPendingIsFull: 'close-silent',
        whenPlacesAreShort: 'close-most',
      },
    },
    'web',
  );
  inside.server.maxRequestsPerSocket = maxRequestsOfUser;
  const proxied = new FollowedListener({
    wanted: () => placeFor(member),
    onFault: (error) => {
      const { message, remedy } = error as Error & { remedy?: string };
      logger.error({ event: 'web-not-listening', remedy }, `reverse proxies cannot ask: ${message}`);
    },
    listen: async (place) => {
      const server = await listen(
        place,
        {
          clientCertificate: 'required',
          allow: member.authorise({ fqdn, interface: 'internal', service: 'proxied' }),
          link: { name: links.reverseProxyToWebServices.name, interface: 'internal', local: fqdn },
          limits: proxiedLimits,
        },
        'proxied',
      );
      server.server.on('secureConnection', (socket) => logLink(logger, connections, socket, fqdn));
      return server;
    },
  });
  const stop = async (): Promise<void> => {
    stopFollowing();
    await Promise.all([inside.close(), proxied[Symbol.asyncDispose]()]);
    frontEnds[Symbol.dispose]();
  };
  try {
    await proxied.open();
  } catch (fault) {
    await stop();
    throw fault;
  }
  const stopHearing = trust.onChange(() => void proxied.changed());
  return {
    port: inside.port,
    get proxiedPort() {
      return proxied.port;
    },
    metrics: [refused.metric, ...domainMetrics(member), accountsMetric(accounts)],
    async drain(withinMs) {
      inside.stopAccepting();
      proxied.stopAccepting();
      return underWay.ended(withinMs);
    },
    async [Symbol.asyncDispose]() {
      stopHearing();
      await stop();
    },
  };
}

/** Where reverse proxies ask, while the topology lets any. */
function placeFor({ fqdn, topology }: Member): ListeningPlace | undefined {
  const side = takesFrom(topology, fqdn, links.reverseProxyToWebServices);
  const port = side?.ports.proxied;
  return port === undefined ? undefined : { host: side?.address, port };
}

function* accountsOf({ known }: FollowedAccounts) {
  for (const { account } of known.all()) yield account;
}

/** A proxy that connects again and again fills no disk. */
function logLink(logger: Logger, limit: RefusalLimit, socket: object, fqdn: string): void {
  const { cipher, peer, protocol: tls } = peerOf(socket) ?? {};
  const leftOut = limit.line({ name: peer?.server, admitted: true });
  if (leftOut === undefined) return;
  const { name, protection, row: link } = links.reverseProxyToWebServices;
  logger.info(
    { event: 'link', link, from: peer?.server, to: fqdn, protection, tls, cipher, ...leftOut },
    name,
  );
}

function ownInterface(topology: Topology, fqdn: string): ServerInterface {
  const server = topology.servers.get(fqdn);
  const own = server?.interfaces.internal;
  if (server?.role === 'web-services' && own?.ports.web !== undefined) return own;
  throw new OperatorFault('ENTENTE_NOT_WEB_SERVICES', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as web-services`,
    place: 'the topology',
    remedy:
      'start the program for that role, correct "fqdn", or publish a topology with the server as web-services',
  });
}
