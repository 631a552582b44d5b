import { type MessageFault, parseMessage, type SipMessage, StreamFramer } from '@entente/sip';
import type { StreamKind, TortureInput, TortureMessage } from './vector.ts';

/** What a framer reported, as text that can be compared: `message <wire>`, `refused <code> <status>`, `fatal <code>`. */
class Events {
  readonly list: string[] = [];

  message(message: SipMessage): void {
    this.list.push(`message ${message.wire}`);
  }

  error(fault: MessageFault): void {
    const { code, fatal, response } = fault;
    this.list.push(fatal ? `fatal ${code}` : `refused ${code} ${response?.status ?? 'in silence'}`);
  }
}

function eventsOf(chunks: readonly Uint8Array[]): {
  readonly events: readonly string[];
  readonly pending: number;
} {
  const events = new Events();
  const framer = new StreamFramer({ check: 'all' });
  for (const chunk of chunks) framer.push(chunk, events);
  return { events: events.list, pending: framer.pendingBytes };
}

/** What a whole message on a stream must lead to: the same as the same message judged singly. */
function singleEvent(bytes: Uint8Array): string {
  const parsed = parseMessage(bytes, { check: 'all' });
  if (parsed.ok) return `message ${parsed.message.wire}`;
  return `refused ${parsed.error.code} ${parsed.error.response?.status ?? 'in silence'}`;
}

/**
 * Puts a message alone on a connection, whole and split at every place.
 *
 * @returns what differs from the kind the vector names, or `undefined`.
 */
export function aloneOnStream({ framing }: TortureMessage, bytes: Uint8Array): string | undefined {
  const { events, pending } = eventsOf([bytes]);
  const kind = kindOf(events, pending, bytes, framing.trailingBytes ?? 0);
  if (kind !== framing.stream) return `stream ${kind}`;
  for (let at = 1; at < bytes.length; at++) {
    const split = eventsOf([bytes.subarray(0, at), bytes.subarray(at)]);
    if (split.events.join('\n') !== events.join('\n') || split.pending !== pending) {
      return `stream differs when split at ${at}`;
    }
  }
  return undefined;
}

function kindOf(
  events: readonly string[],
  pending: number,
  bytes: Uint8Array,
  trailing: number,
): StreamKind | string {
  const [first] = events;
  if (first === undefined) {
    const hasHeader = Buffer.from(bytes).includes('\r\n\r\n');
    if (pending !== bytes.length) return `kept ${pending} of ${bytes.length} bytes and reported nothing`;
    return hasHeader ? 'incomplete-body' : 'incomplete-header';
  }
  if (first === 'fatal content-length-missing') return 'no-content-length';
  if (first.startsWith('fatal ')) return 'fatal-framing';
  if (first !== singleEvent(bytes.subarray(0, bytes.length - trailing))) return 'not as judged singly';
  if (events.length === 1 && pending === 0) return 'complete';
  return trailing > 0 && (events.length > 1 || pending > 0)
    ? 'complete-with-trailing'
    : `left ${pending} bytes over`;
}

/**
 * Puts all messages that can share a stream on one, whole, byte by byte, and split in two at every place.
 *
 * @returns by name, what differs from the messages judged singly.
 */
export function sharedStreamFaults(inputs: readonly TortureInput[]): ReadonlyMap<string, string> {
  const sharing = inputs.filter(({ message }) => message.framing.stream === 'complete');
  const expected = sharing.map(({ bytes }) => singleEvent(bytes));
  const stream = Buffer.concat(sharing.map(({ bytes }) => bytes));
  const faults = new Map<string, string>();
  const compare = (chunks: readonly Uint8Array[], how: string): void => {
    const { events } = eventsOf(chunks);
    for (const [i, { message }] of sharing.entries()) {
      if (events[i] !== expected[i] && !faults.has(message.name)) {
        faults.set(message.name, `on the shared stream, ${how}: ${(events[i] ?? 'nothing').slice(0, 40)}`);
      }
    }
    const last = sharing.at(-1);
    if (events.length > expected.length && last !== undefined) {
      faults.set(last.message.name, `on the shared stream, ${how}: ${events.length} events`);
    }
  };
  compare([stream], 'whole');
  compare(
    Array.from(stream, (_, at) => stream.subarray(at, at + 1)),
    'byte by byte',
  );
  for (let at = 1; at < stream.length; at++) {
    compare([stream.subarray(0, at), stream.subarray(at)], `split at ${at}`);
  }
  return faults;
}
