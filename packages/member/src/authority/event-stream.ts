import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Where events come from. */
export interface EventStreamOptions {
  readonly url: URL;
  readonly agent: Agent;
  readonly address?: string | undefined;
  /** Milliseconds without a byte after which the stream counts as broken. */
  readonly idleTimeoutMs?: number;
  readonly signal: AbortSignal;
  /** The stream is open; the message leads to its socket. */
  readonly onOpen: (incoming: IncomingMessage) => void;
  readonly onEvent: (event: ServerEvent) => void;
}

/** A line longer than this is no event of ours. */
const maxLineLength = 65_536;

/**
 * Reads server-sent events until the stream ends.
 * @returns why it ended; never rejects
 */
export function readEventStream(options: EventStreamOptions): Promise<string> {
  const { url, agent, address, signal } = options;
  return new Promise((resolve) => {
    const outgoing = request({
      agent,
      host: address ?? url.hostname,
      servername: url.hostname,
      port: url.port === '' ? 443 : Number(url.port),
      path: url.pathname,
      headers: { host: url.host, accept: 'text/event-stream' },
      signal,
      timeout: options.idleTimeoutMs ?? 90_000,
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('silence')));
    outgoing.once('error', (error) => resolve(error.message));
    outgoing.once('response', (incoming) => {
      if (incoming.statusCode !== 200) {
        incoming.resume();
        resolve(`status ${incoming.statusCode}`);
        return;
      }
      options.onOpen(incoming);
      readEvents(incoming, options.onEvent, () => outgoing.destroy(new Error('a line that is too long')));
      incoming.once('error', (error) => resolve(error.message));
      incoming.once('close', () => resolve('closed'));
    });
    outgoing.end();
  });
}

function readEvents(
  incoming: IncomingMessage,
  onEvent: (event: ServerEvent) => void,
  giveUp: () => void,
): void {
  let rest = '';
  let event = 'message';
  let data = '';
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => {
    rest += chunk;
    for (;;) {
      const end = rest.indexOf('\n');
      if (end === -1) break;
      const line = rest.slice(0, rest.charCodeAt(end - 1) === 13 ? end - 1 : end);
      rest = rest.slice(end + 1);
      if (line === '') {
        if (data !== '') onEvent({ event, data });
        event = 'message';
        data = '';
      } else if (line.startsWith('event:')) event = line.slice(6).trim();
      else if (line.startsWith('data:')) data += (data === '' ? '' : '\n') + line.slice(5).trimStart();
    }
    if (rest.length + data.length > maxLineLength) giveUp();
  });
}
