import { createAuthority, type HealthPart, type OpenStore, type RunningAuthority } from '@entente/authority';
import {
  type AcceptedPort,
  endInTime,
  type Logger,
  type RunningServer,
  type ServerPlugins,
  serveHttps,
  servePublicHttp,
} from '@entente/host';
import { exporterPort } from '@entente/host/exporter';
import { isLocal, openPostgresAccounts, type PostgresServer } from '@entente/store-sql/postgres';
import { type Clock, connect, peerOf } from '@entente/tls';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { AuthorityConfig } from './config.ts';
import { serveOrders } from './local-orders.ts';
import { withReadableHost } from './readable-host.ts';
import { refuseTakenPorts } from './refuse-taken-ports.ts';

/** Otherwise it puts others in the place of `Request` and `Response` of the whole process, which check less. */
const ownObjects = { overrideGlobalObjects: false };
/** A request of HTTP/1.0 names no host (RFC 9112 §3.2), and what is published here does not depend on it. Node refuses one of HTTP/1.1 without it. */
const publishedObjects = { ...ownObjects, hostname: 'localhost' };

/** The ports for which it uses plugins. */
export const acceptedPorts: readonly AcceptedPort[] = [exporterPort];

/** An authority that listens. */
export interface AuthorityServer extends RunningServer {
  /** Where it answers members and administrators, over mutual TLS. */
  readonly https: { readonly host: string; readonly port: number };
  /** Where it publishes lists and certificates of CAs, over plain HTTP. */
  readonly objects: { readonly host: string; readonly port: number };
}

/** Options of {@link createAuthorityServer}. */
export interface AuthorityServerOptions {
  /** With `directory` resolved. */
  readonly config: Omit<AuthorityConfig, 'plugins'>;
  /** Where its lines go. */
  readonly logger: Logger;
  /** Of the configuration, disposed of with the server; its log is theirs. */
  readonly plugins?: ServerPlugins;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Where the accounts are kept; default the database of the authority. */
  readonly postgresql?: PostgresServer;
  /** Opens what the authority records in; default SQLite in its folder. */
  readonly openStore?: OpenStore;
}

/**
 * Starts the authority of a domain: HTTPS for members (row 15) and administrators (row 17), and plain HTTP for signed
 * objects. Resolving means that both listen.
 * @param options - configuration and log
 * @throws faults with `code`, place and remedy: of the listeners, before anything is written, the ledger, the accounts, the authority's files, the topologies
 */
export async function createAuthorityServer(options: AuthorityServerOptions): Promise<AuthorityServer> {
  const { config, plugins } = options;
  const logger = plugins?.logger ?? options.logger;
  const stop: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of stop.splice(0).reverse()) await step();
  };
  if (plugins !== undefined) stop.push(async () => plugins[Symbol.asyncDispose]());
  try {
    const { domain, fqdn, directory, administratorsHash } = config;
    const httpsAt = addressOf(config.https);
    const objectsAt = { ...addressOf(config.objects), what: 'revocation lists and issuer certificates' };
    await refuseTakenPorts(httpsAt, objectsAt);
    let isRunning = (_authority: RunningAuthority): void => {};
    const running = new Promise<RunningAuthority>((resolve) => {
      isRunning = resolve;
    });
    const postgresql = options.postgresql && judgedByDomain(options.postgresql, running);
    // Certificates and lists do not wait for it; what is about accounts is refused until it answers.
    const accounts =
      postgresql === undefined
        ? undefined
        : await openPostgresAccounts({ server: postgresql, needsServer: false });
    if (accounts !== undefined) stop.push(() => accounts[Symbol.asyncDispose]());
    const authority = await createAuthority(
      {
        domain,
        fqdn,
        directory,
        administratorsHash,
        authorityUrl: config.https.url,
        objectsUrl: config.objects.url,
      },
      logger,
      options.clock,
      { open: options.openStore, accounts },
    );
    stop.push(() => authority[Symbol.asyncDispose]());
    isRunning(authority);
    const orders = await serveOrders(authority, directory, logger);
    stop.push(async () => orders[Symbol.asyncDispose]());
    const server = await serveHttps(
      {
        ...authority.listener,
        ...httpsAt,
        clientCertificate: 'optional',
        limits: { maxConnectionsPerPeer, whenPendingIsFull: 'close-silent' },
        // Callers that have proven nothing are answered here too.
        http: { maxHeaderBytes: 8_192, requestTimeoutMs: 60_000 },
      },
      withReadableHost(
        getRequestListener((request, env) => {
          const { incoming, outgoing } = env as HttpBindings;
          if (!isEndless(incoming.url)) endInTime(outgoing, answerTimeoutMs);
          return authority.fetch(request, peerOf(incoming), incoming.socket.remoteAddress);
        }, ownObjects),
      ),
    );
    stop.push(() => server.close());
    stop.push(async () => authority.endStreams());
    // Signed objects only: none is secret, and clients check the signature of each.
    const objects = await servePublicHttp(
      withReadableHost(getRequestListener(authority.fetchObject, publishedObjects)),
      objectsAt,
    );
    stop.push(objects.close);
    logger.info(
      {
        event: 'listening',
        https: `${server.host}:${server.port}`,
        objects: `${objects.host}:${objects.port}`,
      },
      `the authority of ${domain} is listening`,
    );
    return {
      https: { host: server.host, port: server.port },
      objects: { host: objects.host, port: objects.port },
      log: logger,
      problems: () => [
        ...authority.problems().map((problem) => ({ ...problem, stops: stopping.has(problem.part) })),
        ...(plugins?.plugins.problems() ?? []),
      ],
      member: authority,
      [Symbol.asyncDispose]: close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/**
 * A server on another machine that no CA of its own vouches for is a store of the domain.
 * @param authority - resolves once it can judge; connections wait for it
 */
function judgedByDomain(server: PostgresServer, authority: Promise<RunningAuthority>): PostgresServer {
  const { address, host, port = 5_432, tls } = server;
  if (tls !== undefined || isLocal(host)) return server;
  return {
    ...server,
    secure: async (over) =>
      connect({
        host: address ?? host,
        port,
        ...(await authority).expectStore(host, 'postgresql'),
        minVersion: 'TLSv1.2',
        over,
      }),
  };
}

/** A member or an administrator has two streams of events, and a few requests under way. */
const maxConnectionsPerPeer = 64;

/** Without these it can serve nobody, or change nothing. */
const stopping: ReadonlySet<HealthPart> = new Set(['ledger', 'own-certificate', 'topologies']);

/** Milliseconds from the header of a request until its answer has been taken. */
const answerTimeoutMs = 120_000;

/** Events are sent for as long as their listener is there; how many may wait for one that reads slowly is bounded. */
function isEndless(url: string | undefined): boolean {
  return url?.split('?', 1)[0] === '/events';
}

function addressOf({ host, port }: { readonly host?: string | undefined; readonly port: number }) {
  // Reachable from other machines only where the configuration says so.
  return { host: host ?? '127.0.0.1', port };
}
