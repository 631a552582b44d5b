import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@entente/tls';
import {
  formatPushAnswer,
  maxListBytes,
  pushAnswerFormat,
  pushedHeaders,
  pushedStatusHeader,
  pushPaths,
} from '@entente/topology';
import { GatheredOctets } from '@entente/trust';
import type { PushedRequests } from './pushed-requests.ts';

/** What pushes are answered with. */
export interface AnswerPushesOptions {
  readonly requests: PushedRequests;
  /** Looks for what is new: its requests go over the push. Never rejects. */
  readonly refresh: () => Promise<void>;
  /** Sequence of the last trust state that was accepted. */
  readonly holds: () => number | undefined;
  /**
   * Whether a connection shows our certificate of now. Behind one that shows the one before, the authority would take us for a server that
   * has not renewed yet, and refuse what we ask for next.
   */
  readonly showsCurrent: (incoming: IncomingMessage) => boolean;
  readonly clock: Clock;
  /** Longest answer of the authority that is read, bytes. Default 67,108,864, the longest revocation list. */
  readonly maxAnswerBytes?: number;
}

/** Milliseconds for which an answer waits for a further request: well below the time that the authority waits. */
const holdMs = 10_000;
const jsonMediaType = 'application/json';

/**
 * Answers the pushes of the authority. The listener must admit nobody else.
 * @param options - requests that wait, and what a push begins
 * @returns a handler for `serve(https, …)` of `@entente/tls`
 */
export function answerPushes(
  options: AnswerPushesOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  const { clock, holds, maxAnswerBytes = maxListBytes, refresh, requests, showsCurrent } = options;
  let underWay = 0;
  let finished = new AbortController();

  const begin = (): void => {
    if (underWay++ === 0) finished = new AbortController();
    requests.arrived();
    void refresh().finally(() => {
      if (--underWay > 0) return;
      requests.left();
      finished.abort();
    });
  };

  const reply = async (outgoing: ServerResponse): Promise<void> => {
    const tooLong = new AbortController();
    const cancel = clock.after(holdMs, () => tooLong.abort());
    await requests.news(AbortSignal.any([finished.signal, tooLong.signal]));
    cancel();
    requests.heard();
    const text = formatPushAnswer({
      format: pushAnswerFormat,
      holds: holds() ?? null,
      isDone: underWay === 0,
      requests: requests.hand(),
    });
    outgoing.writeHead(200, { 'content-type': jsonMediaType, 'cache-control': 'no-store' }).end(text);
  };

  return async (incoming, outgoing) => {
    const { method, url = '' } = incoming;
    if (method === 'POST' && url === pushPaths.begin) {
      incoming.resume();
      // It dials again within a second.
      if (!showsCurrent(incoming)) return refuse(outgoing, 421);
      begin();
      return reply(outgoing);
    }
    if (method === 'POST' && url.startsWith(pushPaths.answers)) {
      const status = Number(incoming.headers[pushedStatusHeader]);
      const body = await readAnswer(incoming, maxAnswerBytes, () => requests.heard());
      if (body === undefined) return refuse(outgoing, 413);
      if (!Number.isInteger(status) || status < 200 || status > 599) return refuse(outgoing, 400);
      requests.answer(url.slice(pushPaths.answers.length), answerOf(status, incoming, body));
      return reply(outgoing);
    }
    incoming.resume();
    return refuse(outgoing, 404);
  };
}

/** @returns undefined where it is too long, or breaks off */
async function readAnswer(
  incoming: IncomingMessage,
  maxBytes: number,
  onPart: () => void,
): Promise<Buffer | undefined> {
  const gathered = new GatheredOctets(maxBytes);
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      onPart();
      if (!gathered.add(part)) return undefined;
    }
  } catch {
    return undefined;
  }
  return Buffer.from(gathered.whole().buffer, 0, gathered.length);
}

function answerOf(status: number, { headers }: IncomingMessage, body: Buffer): Response {
  const isEmpty = status === 204 || status === 205 || status === 304;
  const kept = pushedHeaders.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  return new Response(isEmpty ? null : new Uint8Array(body), { status, headers: kept });
}

function refuse(outgoing: ServerResponse, status: number): void {
  outgoing.writeHead(status, { connection: 'close' }).end();
}
