import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { GatheredOctets } from '@entente/trust';
import { PkiFault } from '../ground/fault.ts';

/** A fetch-style handler that may look at the connection too, e.g. at the peer's certificate for `enrolHandler`. */
export type NodeHandler = (request: Request, incoming: IncomingMessage) => Response | Promise<Response>;

/** Bounds of {@link nodeListener}. */
export interface NodeListenerOptions {
  /** Largest body of a request, octets, 0 to 16,777,216. Default 65,536. */
  readonly maxBodyBytes?: number;
  /**
   * Milliseconds for the whole body of a request to arrive, then for the handler, then for the client to take the answer, 1 to 600,000.
   * Default 10,000.
   */
  readonly timeoutMs?: number;
  /** Called with what the handler throws; the client gets 500 and no reason. Default: a warning of the process. */
  readonly onFault?: (fault: unknown) => void;
}

const ranges = {
  maxBodyBytes: { from: 0, to: 16_777_216, usual: 65_536 },
  timeoutMs: { from: 1, to: 600_000, usual: 10_000 },
} as const;
const withoutBody: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** What no `Request` can be made with. */
const notForHandlers: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * Makes a listener for `node:http`, `node:https` and `serve` of `@entente/tls` of a fetch-style handler. The handler gets a request whose
 * body has arrived whole, within the bounds; the host that the client names is never used. The headers are bounded by the server
 * itself (`headersTimeout`, `maxHeaderSize`).
 * @param handler - e.g. that of `openAuthority`, or `objectsHandler`
 * @param options - bounds
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a handler that is none, and for a bound that would not hold
 */
export function nodeListener(handler: NodeHandler, options: NodeListenerOptions = {}): RequestListener {
  if (typeof handler !== 'function') throw bad('handler', `expected a function, found ${typeof handler}`);
  const { onFault = warn, ...bounds } = readOptions(options);
  return (incoming, outgoing) => {
    answer(incoming, outgoing, handler, bounds).catch((fault: unknown) => {
      onFault(fault);
      if (!outgoing.headersSent) end(outgoing, 500);
      else outgoing.destroy();
    });
  };
}

function warn(fault: unknown): void {
  process.emitWarning(fault instanceof Error ? fault : String(fault));
}

/** A bound that is misspelt or no number would bound nothing. */
function readOptions(options: NodeListenerOptions): Bounds & Pick<NodeListenerOptions, 'onFault'> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw bad('options', 'expected an object with maxBodyBytes, timeoutMs or onFault');
  const unknown = Object.keys(options).find((name) => name !== 'onFault' && !Object.hasOwn(ranges, name));
  if (unknown !== undefined)
    throw bad(unknown, `expected maxBodyBytes, timeoutMs or onFault, found ${unknown.slice(0, 80)}`);
  const { onFault } = options;
  if (onFault !== undefined && typeof onFault !== 'function')
    throw bad('onFault', `expected a function, found ${typeof onFault}`);
  const read = (name: keyof typeof ranges): number => {
    const { from, to, usual } = ranges[name];
    const { [name]: value = usual } = options;
    if (Number.isInteger(value) && value >= from && value <= to) return value;
    throw bad(name, `expected a whole number from ${from} to ${to}, found ${String(value).slice(0, 80)}`);
  };
  return {
    maxBodyBytes: read('maxBodyBytes'),
    timeoutMs: read('timeoutMs'),
    ...(onFault === undefined ? {} : { onFault }),
  };
}

function bad(argument: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence,
    place: `${argument.slice(0, 80)} of nodeListener`,
    remedy: 'correct the argument',
  });
}

type Bounds = Required<Pick<NodeListenerOptions, 'maxBodyBytes' | 'timeoutMs'>>;

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handler: NodeHandler,
  { maxBodyBytes, timeoutMs }: Bounds,
): Promise<void> {
  const { method = 'GET' } = incoming;
  const headers = headersOf(incoming);
  const target = new URL('http://authority.invalid/');
  if (headers === undefined || !setTarget(target, incoming.url ?? '/')) return end(outgoing, 400);
  if (notForHandlers.has(method)) return end(outgoing, 405);
  const hasBody =
    incoming.headers['transfer-encoding'] !== undefined ||
    Number(incoming.headers['content-length'] ?? 0) > 0;
  // Answered, and the connection closed: such a body says nothing.
  if (hasBody && withoutBody.has(method)) outgoing.setHeader('connection', 'close');
  const ended = new AbortController();
  outgoing.once('close', () => ended.abort());
  const body = withoutBody.has(method) ? undefined : await bodyOf(incoming, maxBodyBytes, timeoutMs);
  if (body === 'too-large') return end(outgoing, 413);
  if (body === 'too-slow') return end(outgoing, 408);
  if (body === 'broken-off') return end(outgoing, 400);
  if (ended.signal.aborted) return;
  const request = new Request(target, {
    method,
    headers,
    signal: ended.signal,
    ...(body === undefined || body.length === 0 ? {} : { body }),
  });
  const response = await inTime(Promise.resolve(handler(request, incoming)), timeoutMs);
  if (response === undefined) return end(outgoing, 503);
  const content = Buffer.from(await response.arrayBuffer());
  const late = setTimeout(() => outgoing.destroy(), timeoutMs);
  late.unref();
  outgoing.once('close', () => clearTimeout(late));
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    ...(content.length > 0 && method !== 'HEAD' ? { 'content-length': String(content.length) } : {}),
  });
  outgoing.end(method === 'HEAD' ? undefined : content);
}

/** Of two fields Host another server may read the other one (RFC 9112 §3.2). */
function headersOf({ rawHeaders }: IncomingMessage): Headers | undefined {
  const headers = new Headers();
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.toLowerCase() === 'host') hosts++;
    try {
      headers.append(name, value);
    } catch {
      return undefined;
    }
  }
  return hosts > 1 ? undefined : headers;
}

/** Path and query alone: a target that names another server is read as our own, because nothing is ever forwarded. */
function setTarget(target: URL, text: string): boolean {
  if (!URL.canParse(text, target.href)) return false;
  const { pathname, search } = new URL(text, target.href);
  target.pathname = pathname;
  target.search = search;
  return true;
}

async function bodyOf(
  incoming: IncomingMessage,
  maxBytes: number,
  timeoutMs: number,
): Promise<Uint8Array<ArrayBuffer> | 'too-large' | 'too-slow' | 'broken-off'> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  const gathered = new GatheredOctets(maxBytes);
  return new Promise((resolve) => {
    const late = setTimeout(() => finish('too-slow'), timeoutMs);
    late.unref();
    const finish = (outcome: 'too-large' | 'too-slow' | 'broken-off' | Uint8Array<ArrayBuffer>): void => {
      clearTimeout(late);
      incoming.removeAllListeners('data');
      incoming.pause();
      resolve(outcome);
    };
    incoming.on('data', (part: Buffer) => {
      if (!gathered.add(part)) finish('too-large');
    });
    incoming.once('end', () => finish(gathered.whole() as Uint8Array<ArrayBuffer>));
    // The handler is not called for a client that breaks off, and has no fault to report.
    incoming.once('error', () => finish('broken-off'));
    incoming.once('close', () => finish('broken-off'));
  });
}

async function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let late: NodeJS.Timeout | undefined;
  const expired = new Promise<undefined>((resolve) => {
    late = setTimeout(() => resolve(undefined), timeoutMs);
    late.unref();
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(late);
  }
}

/** The connection is closed: what may still arrive on it was not read. */
function end(outgoing: ServerResponse, status: number): void {
  if (outgoing.destroyed) return;
  outgoing
    .writeHead(status, { connection: 'close', 'content-length': '0', 'cache-control': 'no-store' })
    .end();
}
