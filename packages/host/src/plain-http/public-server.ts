import http, { type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { addressGroup } from '@entente/tls/internal';
import { OperatorFault } from '../fault.ts';
import { FairPlaces } from './connection-slots.ts';
import { setHeaderDeadlines } from './header-deadlines.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { checkLimits, type PublicLimits, publicLimits } from './public-limits.ts';
import { readInPieces } from './read-in-pieces.ts';

/** Milliseconds that answers have to end when their listener is closed. */
const closingMs = 2_000;

/** A listener of plain HTTP. */
export interface PublicListener {
  /** Address it listens on. */
  readonly host: string;
  /** Port it listens on, 1 to 65535: where 0 was asked for, the one that was free. */
  readonly port: number;
  /** Stops accepting, lets answers that are being sent end within two seconds, and closes every connection. */
  close(): Promise<void>;
}

/**
 * A server of plain HTTP that anybody may ask: connections are bounded in all and for each address, each header, request and answer has a
 * deadline, and when all places are taken, a newcomer gets one of the address that has most ({@link FairPlaces}).
 * @param listener - answers requests; it reads no body
 * @param limits - default `publicLimits`
 * @returns a server that does not listen yet
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID` for a limit that is missing, misspelt or not a number
 */
export function createPublicServer(
  listener: RequestListener,
  limits: PublicLimits = publicLimits,
): http.Server {
  const answers = oneAtATime(boundAnswers(listener, limits));
  checkLimits(limits);
  const server = http.createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      // Where the server listens itself, Node looks as well; `setHeaderDeadlines` does everywhere.
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.lookEveryMs,
    },
    answers,
  );
  server.maxRequestsPerSocket = limits.maxRequests;
  setHeaderDeadlines(server, limits);
  readInPieces(server);
  const busy = new Set<Socket>();
  const places = new FairPlaces<Socket>({
    max: limits.maxConnections,
    maxPerGroup: limits.maxConnectionsPerAddress,
    isIdle: (socket) => !busy.has(socket),
  });
  server.on('connection', (socket: Socket) => {
    const entry = places.enter(socket, addressGroup(socket.remoteAddress));
    if (!entry.admitted) {
      socket.destroy();
      return;
    }
    entry.displaced?.destroy();
    socket.once('close', () => places.leave(socket));
  });
  server.on('request', ({ socket }, outgoing) => {
    busy.add(socket);
    outgoing.once('close', () => busy.delete(socket));
  });
  return server;
}

/**
 * Listens with {@link createPublicServer}.
 * @param listener - answers requests; it reads no body
 * @param at - address, all of them where none is given, and port; `what` is served there, for the fault
 * @throws OperatorFault `ENTENTE_LISTEN_FAILED`
 */
export async function servePublicHttp(
  listener: RequestListener,
  at: { readonly host?: string | undefined; readonly port: number; readonly what: string },
): Promise<PublicListener> {
  const { host, port, what } = at;
  const answers = new Set<ServerResponse>();
  const server = createPublicServer((incoming, outgoing) => {
    answers.add(outgoing);
    outgoing.once('close', () => answers.delete(outgoing));
    listener(incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new OperatorFault('ENTENTE_LISTEN_FAILED', {
          sentence: `the port for ${what} cannot be used: ${cause.message}`,
          place: `${host ?? '*'}:${port}`,
          remedy: 'stop the other process, or choose another port',
          cause,
        }),
      ),
    );
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  server.on('error', () => {});
  const bound = server.address() as AddressInfo;
  return {
    host: bound.address,
    port: bound.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const deadline = setTimeout(() => server.closeAllConnections(), closingMs);
      await Promise.all(
        [...answers].map((answer) => new Promise((resolve) => answer.once('close', resolve))),
      );
      clearTimeout(deadline);
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Bounds the answers of a listener that anybody may ask: each is taken in time, and a request with a
 * body is answered without reading it, then its connection is closed.
 * @param listener - answers requests; it reads no body
 * @param limits - default `publicLimits`
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID`: at the first request it would be too late
 */
export function boundAnswers(
  listener: RequestListener,
  limits: Pick<PublicLimits, 'answerTimeoutMs'> = publicLimits,
): RequestListener {
  const answerTimeoutMs = limits?.answerTimeoutMs;
  if (typeof listener !== 'function')
    throw invalid(
      'expected a function, found something else',
      'listener of boundAnswers',
      'give what answers requests',
    );
  checkTime(answerTimeoutMs, 'answerTimeoutMs of boundAnswers');
  return (incoming, outgoing) => {
    endInTime(outgoing, answerTimeoutMs);
    const { headers } = incoming;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
      outgoing.setHeader('connection', 'close');
    listener(incoming, outgoing);
  };
}

/**
 * Closes the connection of an answer that is not taken in time: a client that reads it octet by octet would otherwise hold it for ever.
 * @param outgoing - the answer
 * @param timeoutMs - from now, milliseconds; above 0, and at most what a timer can wait
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID`: with another time it would be closed at once, and what is not an answer would end the process later
 */
export function endInTime(outgoing: ServerResponse, timeoutMs: number): void {
  checkEnding(outgoing, timeoutMs);
  const deadline = setTimeout(() => outgoing.destroy(), timeoutMs);
  deadline.unref();
  outgoing.once('close', () => clearTimeout(deadline));
}

/** The longest time of a timer of the platform; it takes a longer one as a millisecond. */
const longestMs = 2_147_483_647;

function checkEnding(outgoing: unknown, timeoutMs: unknown): void {
  const { destroy, once } = (outgoing ?? {}) as Partial<Record<'destroy' | 'once', unknown>>;
  if (typeof destroy !== 'function' || typeof once !== 'function')
    throw invalid(
      'expected the answer of a request, found something else',
      'outgoing of endInTime',
      'give the ServerResponse',
    );
  checkTime(timeoutMs, 'timeoutMs of endInTime');
}

function checkTime(value: unknown, place: string): void {
  if (typeof value === 'number' && value > 0 && value <= longestMs) return;
  throw invalid(
    `expected milliseconds from 1 to ${longestMs}, found ${typeof value === 'number' ? value : typeof value}`,
    place,
    'give a number of milliseconds',
  );
}

function invalid(sentence: string, place: string, remedy: string): OperatorFault {
  return new OperatorFault('ENTENTE_PROGRAM_INVALID', { sentence, place, remedy });
}
