import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import {
  boundAnswers,
  createPublicServer,
  type Logger,
  type PublicLimits,
  publicLimits,
  serveHttps,
  servePublicHttp,
} from '@entente/host';
import type { Member } from '@entente/member';
import type { Credential, Trust } from '@entente/tls';
import { links, publishesOutside, type ServerInterface } from '@entente/topology';
import { answerRequests, type FindObject } from './answer-requests.ts';
import { type Bundle, bundleObject, maxBundleBytes, readBundle } from './mirrored-bundle.ts';
import { mirroredObjects } from './mirrored-objects.ts';

/** What an edge serves outsiders from. */
export interface ServeObjectsOptions {
  readonly member: Member;
  /** Who we are outside. */
  readonly identity: Credential;
  /** The trust of the external interface. */
  readonly trust: Trust;
  readonly logger: Logger;
  /** Of the listener for HTTPS. Default `publicLimits`. */
  readonly limits?: PublicLimits;
}

/** The edge's answers to outsiders (row 19). */
export interface ServedObjects extends AsyncDisposable {
  /** Plain HTTP for signed objects. */
  readonly objects: number | undefined;
  /** HTTPS for the bundle; the port of the clients where the two share one. */
  readonly bundle: number | undefined;
  /** Takes a connection of an external client who speaks HTTP on the clients' port. */
  takeHttp(socket: TLSSocket): void;
}

const link = { name: links.outsiderToEdge.name, interface: 'external' } as const;
const fetchTimeoutMs = 10_000;
const retryMs = 30_000;
const longestWaitMs = 3_600_000;

/**
 * Serves outsiders what row 19 of the allow matrix gives them: over plain HTTP the revocation lists and CA certificates of our
 * authorities, over HTTPS our federation bundle. All of it was taken over the internal interface and verified before; no request
 * goes further than this process.
 * @param options - member, external identity, log
 * @throws OperatorFault `ENTENTE_LISTEN_FAILED`; faults of `serve`
 */
export async function serveObjects(options: ServeObjectsOptions): Promise<ServedObjects> {
  const { identity, limits = publicLimits, logger, member, trust } = options;
  const stops: (() => unknown)[] = [];
  const onFault = (fault: unknown) =>
    logger.error({ event: 'fault', err: fault }, 'a request for a public object could not be answered');
  const open = () => ownSide(member) !== undefined;
  const objects = answerRequests(
    whileOpen(
      open,
      mirroredObjects({
        roots: () => member.roots,
        lists: () => member.revocationLists,
        chains: () => [identity.current.certificatePem, member.identity.current.certificatePem],
        now: () => member.trust.clock.now(),
      }),
    ),
    onFault,
  );
  const followed = followBundle(member, logger);
  stops.push(followed.stop);
  const bundle = answerRequests(whileOpen(open, bundleObject(followed.current)), onFault);
  const inner = createPublicServer(bundle);
  stops.push(() => inner.closeAllConnections());
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const side = ownSide(member);
    const plain = side?.ports.objects;
    if (plain !== undefined) {
      const what = 'revocation lists and CA certificates';
      const listening = await servePublicHttp(objects, { host: side?.address, port: plain, what });
      stops.push(listening.close);
    }
    const secure = side?.ports.bundle;
    if (secure !== undefined && secure !== side?.ports.clients) {
      const server = await serveHttps(
        {
          trust,
          identity,
          ...(side?.address === undefined ? {} : { host: side.address }),
          port: secure,
          clientCertificate: 'none',
          limits: {
            maxConnections: limits.maxConnections,
            maxConnectionsPerAddress: limits.maxConnectionsPerAddress,
            whenPendingIsFull: 'close-silent',
            whenPlacesAreShort: 'close-most',
          },
          http: {
            maxHeaderBytes: limits.maxHeaderBytes,
            requestTimeoutMs: limits.requestTimeoutMs,
            keepAliveTimeoutMs: limits.keepAliveTimeoutMs,
          },
          link: { ...link, local: member.fqdn },
        },
        boundAnswers(bundle, limits),
      );
      server.server.maxRequestsPerSocket = limits.maxRequests;
      stops.push(() => server.close());
    }
    return {
      objects: plain,
      bundle: secure,
      takeHttp: (socket) => void inner.emit('connection', socket),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Our external interface, while the topology lets outsiders ask there. */
function ownSide({ fqdn, topology }: Member): ServerInterface | undefined {
  const server = topology.servers.get(fqdn);
  return server === undefined ? undefined : publishesOutside(topology, server);
}

/** The topology may close row 19 at any time. */
function whileOpen(open: () => boolean, find: FindObject): FindObject {
  return (path) => (open() ? find(path) : undefined);
}

/** Takes the bundle from the authority, and again at the interval that it names. */
function followBundle(member: Member, logger: Logger): { current(): Bundle | undefined; stop(): void } {
  let current: Bundle | undefined;
  let cancel = (): void => {};
  const ending = new AbortController();
  const take = async (): Promise<void> => {
    const response = await member.ask(
      '/trust-bundle',
      AbortSignal.any([ending.signal, AbortSignal.timeout(fetchTimeoutMs)]),
    );
    const bytes = await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    if (bytes.byteLength > maxBundleBytes)
      throw new Error(`${bytes.byteLength} bytes, more than ${maxBundleBytes}`);
    const read = readBundle(Buffer.from(bytes).toString('utf8'), {
      network: member.topology.document.network,
      roots: knownRoots(member),
      known: current?.sequence,
    });
    if (typeof read === 'string') throw new Error(read);
    current = read;
  };
  const again = (): void => {
    take()
      .catch((error: Error) => {
        if (ending.signal.aborted) return;
        logger.warn({ event: 'bundle-not-taken' }, `our federation bundle was not taken: ${error.message}`);
      })
      .finally(() => {
        if (ending.signal.aborted) return;
        const hintMs = current === undefined ? retryMs : current.refreshHintSeconds * 1_000;
        cancel = member.trust.clock.after(Math.min(hintMs, longestWaitMs), again);
      });
  };
  again();
  return {
    current: () => current,
    stop() {
      ending.abort();
      cancel();
    },
  };
}

function knownRoots({ roots, topology }: Member): ReadonlySet<string> {
  return new Set([
    ...(topology.document.anchors?.enterprise ?? []).map(({ sha256 }) => sha256),
    ...roots.map(({ der }) => createHash('sha256').update(der).digest('hex')),
  ]);
}
