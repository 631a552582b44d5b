import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  formatProblem,
  frontEndPaths,
  malformed,
  problemMediaType,
  type ReadRequest,
  readChangeRequest,
  readDeviceSignOut,
  readPasswordRequest,
  readSessionRequest,
  readSignInRequest,
  type WebProblem,
  webLimits,
} from '@entente/accounts/web';
import { answerText, isJson, readText } from '@entente/host';
import type { WebAccess, WebAnswer } from './web-access.ts';
import { unavailable } from './web-problems.ts';

/** What requests of web services are answered with. */
export interface AnswerWebOptions {
  readonly access: WebAccess;
  /** Why the server at the other end may not ask now; undefined where it may. */
  readonly refuse: (incoming: IncomingMessage) => WebProblem | undefined;
  /** FQDN of the server at the other end, by its certificate. */
  readonly serverOf: (incoming: IncomingMessage) => string;
  /** A request was refused, for the log. */
  readonly onRefused: (incoming: IncomingMessage, problem: WebProblem) => void;
  /** A store or the authority did not answer, or this program failed. */
  readonly onFault: (incoming: IncomingMessage, fault: unknown) => void;
}

type Handled = Promise<WebAnswer<object | undefined>> | WebAnswer<object | undefined>;
type Handle = (text: string, from: string) => Handled;

/**
 * Answers web services (row 11), which alone the listener must admit: a POST of JSON at one of few paths, of bounded size. Anything
 * else is refused with a problem document.
 * @param options - what is decided, and who may ask
 * @returns a handler for `serve(https, …)` of `@entente/tls`
 */
export function answerWeb(
  options: AnswerWebOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  const { onFault, onRefused, refuse, serverOf } = options;
  const handlers = handlersOf(options.access);
  return async (incoming, outgoing) => {
    const from = serverOf(incoming);
    const found = refuse(incoming) ?? (await handlerOf(handlers, incoming));
    if (found === 'left') {
      outgoing.destroy();
      return;
    }
    const fault = (cause: unknown) => onFault(incoming, cause);
    const answer =
      'handle' in found ? await handled({ ...found, from }, fault) : { ok: false as const, problem: found };
    if (answer.ok) {
      if (answer.value === undefined) return answerText(outgoing, { status: 204 });
      const text = JSON.stringify(answer.value);
      return answerText(outgoing, { status: 200, type: 'application/json', text });
    }
    const { problem } = answer;
    onRefused(incoming, problem);
    const { retryAfterSec, status } = problem;
    answerText(outgoing, {
      status,
      type: problemMediaType,
      text: formatProblem(problem),
      headers: {
        ...(retryAfterSec === undefined ? {} : { 'retry-after': String(retryAfterSec) }),
        ...(problem === postOnly ? { allow: 'POST' } : {}),
      },
    });
  };
}

function handlersOf(access: WebAccess): ReadonlyMap<string, Handle> {
  const reading =
    <T>(read: (text: string) => ReadRequest<T>, act: (value: T, from: string) => Handled): Handle =>
    (text, from) => {
      const request = read(text);
      return request.ok ? act(request.value, from) : request;
    };
  return new Map<string, Handle>([
    [frontEndPaths.signIn, reading(readSignInRequest, (request, from) => access.signIn(request, from))],
    [frontEndPaths.session, reading(readSessionRequest, (request) => access.session(request))],
    [frontEndPaths.signOut, reading(readChangeRequest, (request) => access.signOut(request))],
    [frontEndPaths.devices, reading(readSessionRequest, (request) => access.devices(request))],
    [frontEndPaths.deviceSignOut, reading(readDeviceSignOut, (request) => access.signOutDevice(request))],
    [
      frontEndPaths.password,
      reading(readPasswordRequest, (request, from) => access.changePassword(request, from)),
    ],
  ]);
}

/** The request, read, with what is to be done; or why nothing. `left`: the server that asks has, which is not a fault of this one. */
async function handlerOf(
  handlers: ReadonlyMap<string, Handle>,
  incoming: IncomingMessage,
): Promise<{ readonly handle: Handle; readonly text: string } | WebProblem | 'left'> {
  const handle = handlers.get(incoming.url ?? '');
  if (handle === undefined) return notFound;
  if (incoming.method !== 'POST') return postOnly;
  if (!isJson(incoming)) return malformed('Content-Type: expected application/json, found something else');
  const body = await readText(incoming, webLimits.bodyBytes);
  if (body.ok) return { handle, text: body.text };
  return body.why === 'left' ? 'left' : tooLong;
}

async function handled(
  { from, handle, text }: { readonly handle: Handle; readonly text: string; readonly from: string },
  onFault: (fault: unknown) => void,
): Promise<WebAnswer<object | undefined>> {
  try {
    return await handle(text, from);
  } catch (fault) {
    onFault(fault);
    return { ok: false, problem: unavailable };
  }
}

const notFound: WebProblem = {
  status: 404,
  reason: 'not-found',
  detail: 'there is nothing at this path',
  remedy: 'Use the paths that @entente/accounts/web has.',
};

const postOnly: WebProblem = {
  status: 405,
  reason: 'method-not-allowed',
  detail: 'expected POST, found another method',
  remedy: 'Send the request with POST.',
};

const tooLong: WebProblem = {
  status: 413,
  reason: 'body-too-long',
  detail: `expected at most ${webLimits.bodyBytes} octets of UTF-8, found more, or something else`,
  remedy: 'Send a shorter request.',
};
