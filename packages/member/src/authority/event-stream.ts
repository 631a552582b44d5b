import type { IncomingMessage } from 'node:http';
import type { HttpClient } from '@entente/tls';
import { refusedAnswer } from './refused-answer.ts';

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Where events come from. */
export interface EventStreamOptions {
  readonly url: URL;
  /** Its signal ends the stream. */
  readonly client: HttpClient;
  /** Milliseconds without a byte after which the stream counts as broken. Default 90,000. */
  readonly idleTimeoutMs?: number;
  /** Called when the stream is open; `peerOf` knows the message's peer. */
  readonly onOpen: (incoming: IncomingMessage) => void;
  readonly onEvent: (event: ServerEvent) => void;
}

/** Characters of a line, and of an event's data; the authority's events are far smaller. */
const maxLineLength = 65_536;

/**
 * Reads server-sent events until the stream ends.
 * @param options - URL, client and listeners
 * @returns why it ended, an error; never rejects
 */
export async function readEventStream(options: EventStreamOptions): Promise<unknown> {
  const { client, idleTimeoutMs = 90_000, onEvent, onOpen, url } = options;
  try {
    const incoming = await client.open(
      new Request(url, { headers: { accept: 'text/event-stream' } }),
      idleTimeoutMs,
    );
    if (incoming.statusCode !== 200) {
      // Not drained: its body might never end.
      incoming.destroy();
      return refusedAnswer(url.origin, url.pathname, {
        status: incoming.statusCode ?? 0,
        text: async () => '',
      });
    }
    return await new Promise((resolve) => {
      incoming.once('error', resolve);
      incoming.once('close', () => resolve(new Error('the stream was closed')));
      onOpen(incoming);
      readEvents(incoming, onEvent, () => incoming.destroy(new Error('an event is too long')));
    });
  } catch (error) {
    return error;
  }
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
