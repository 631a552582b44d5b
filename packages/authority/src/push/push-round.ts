import { type HttpClient, type Peer, peerOf } from '@entente/tls';
import {
  maxPushAnswerLength,
  maxWaitingRequests,
  type PushAnswer,
  type PushedRequest,
  parsePushAnswer,
  pushedHeaders,
  pushedStatusHeader,
  pushPaths,
} from '@entente/topology';

/** Answers a request of a perimeter server as if it had dialled: `RunningAuthority.fetch`. */
export type AnswerMember = (request: Request, peer: Peer | undefined, address: string) => Promise<Response>;

/** One push to one server. */
export interface PushRoundOptions {
  /** Its connections are judged, and each is to this server. */
  readonly client: Pick<HttpClient, 'open'>;
  /** `https://<fqdn>:<port>`. */
  readonly origin: string;
  /** Where it was dialled, for the log. */
  readonly address: string;
  readonly answer: AnswerMember;
  readonly signal: AbortSignal;
}

/** How a push ended. */
export interface PushOutcome {
  /** Sequence of the last trust state that the server has accepted; null where there is none. */
  readonly holds: number | null;
  readonly peer: Peer | undefined;
}

/** Requests that are answered in one push: the lists and the versions of the topology that a server may have missed. */
const mostRequests = 2_500;
/** Milliseconds in which nothing arrives before a push is given up; a server answers within ten seconds. */
const idleTimeoutMs = 30_000;

/**
 * Pushes to a perimeter server: tells it that there is something new, and brings the answers to what it then asks for.
 * @param options - the server, and who answers
 * @throws TrustError where the server is refused; TlsFault; Error where it answers anything else
 */
export async function pushRound(options: PushRoundOptions): Promise<PushOutcome> {
  let last = await exchange(
    options,
    new Request(new URL(pushPaths.begin, options.origin), { method: 'POST' }),
  );
  const wanted: PushedRequest[] = [...last.answer.requests];
  for (let answered = 0; answered < mostRequests; answered++) {
    const next = wanted.shift();
    if (next === undefined) break;
    // By the identity of the connection that the request came over.
    const response = await options.answer(requestOf(next, options.origin), last.peer, options.address);
    last = await exchange(options, carrying(response, new URL(pushPaths.answers + next.id, options.origin)));
    wanted.push(...last.answer.requests);
    // Each may be long: what it has taken over must not fill the memory of the authority.
    if (wanted.length > maxWaitingRequests)
      throw new Error(`more than ${maxWaitingRequests} requests wait for their answers`);
  }
  return { holds: last.answer.holds, peer: last.peer };
}

function requestOf({ body, headers, method, path }: PushedRequest, origin: string): Request {
  const bytes = body === undefined ? {} : { body: Buffer.from(body, 'base64') };
  return new Request(new URL(path, origin), { method, headers, ...bytes });
}

/** The body is not copied: a list is long, and others may be taking it. */
function carrying(response: Response, url: URL): Request {
  const headers = new Headers({ [pushedStatusHeader]: String(response.status) });
  for (const name of [...pushedHeaders, 'content-length']) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // A 304 may have the length of what it does not carry.
  if (response.body === null) headers.delete('content-length');
  const body = response.body === null ? {} : { body: response.body, duplex: 'half' as const };
  return new Request(url, { method: 'POST', headers, ...body });
}

async function exchange(
  { client, signal }: PushRoundOptions,
  request: Request,
): Promise<{ readonly answer: PushAnswer; readonly peer: Peer | undefined }> {
  const incoming = await client.open(new Request(request, { signal }), idleTimeoutMs);
  const peer = peerOf(incoming);
  const { statusCode } = incoming;
  if (statusCode !== 200) {
    incoming.destroy();
    throw new Error(`it answers a push with status ${statusCode}`);
  }
  let text = '';
  incoming.setEncoding('utf8');
  for await (const part of incoming as AsyncIterable<string>) {
    text += part;
    if (text.length > maxPushAnswerLength)
      throw new Error(`it answers with more than ${maxPushAnswerLength} characters`);
  }
  const answer = parsePushAnswer(text);
  if (answer === undefined) throw new Error('its answer to a push is not one that this release reads');
  return { answer, peer };
}
