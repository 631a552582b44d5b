/** An event that members react to. */
export type AuthorityEvent =
  /** A new trust state; whole, as a compact JWS, unless it is too long for an event: then `/state` has it. */
  | { readonly type: 'state'; readonly sequence: number; readonly state?: string }
  | { readonly type: 'topology'; readonly version: number; readonly hash: string }
  | { readonly type: 'crl'; readonly issuer: string; readonly number: number }
  /** A pool has another key; `/domain-keys` has it. */
  | { readonly type: 'domain-keys'; readonly pool: string }
  /** Accounts have changed; `/accounts/feed` says which. Only servers that may read it are told. */
  | { readonly type: 'accounts' };

/** Characters: listeners bound what an event may be. */
const maxEventState = 32_768;

/** The event of a new trust state. */
export function stateEvent(state: { readonly sequence: number; readonly text: string }): AuthorityEvent {
  const { sequence, text } = state;
  return { type: 'state', sequence, ...(text.length > maxEventState ? {} : { state: text }) };
}

/** Sends events to all listeners (server-sent events). */
export interface EventHub {
  /**
   * A stream of events. It begins with the given ones, so that a listener that was disconnected learns the current state. A listener has
   * two streams at most: the one before, which may be dead, and the one that it has begun instead; a third ends the oldest.
   * @param listener - who listens
   * @param mayHear - asked about each event when it happens; default all
   * @returns `undefined` if there are too many streams
   */
  listen(
    first: readonly AuthorityEvent[],
    listener: string,
    mayHear?: (event: AuthorityEvent) => boolean,
  ): Response | undefined;
  /** Whether a new listener gets no stream. */
  isFull(): boolean;
  /**
   * Hears of events inside this process.
   * @param hear - called with each event, after it was sent to the listeners
   * @returns stops it
   */
  subscribe(hear: (event: AuthorityEvent) => void): () => void;
  /** Sends an event to all listeners. */
  announce(event: AuthorityEvent): void;
  /** Keeps idle connections alive; called every few seconds. */
  pulse(): void;
  /** Ends every stream. */
  close(): void;
}

const defaultMaxStreams = 10_000;
const maxStreamsOfListener = 2;
/** A listener with this many unread events is disconnected; its next connection begins with the current state. */
const maxWaitingEvents = 100;
const encoder = new TextEncoder();

type Stream = ReadableStreamDefaultController<Uint8Array>;

interface Listener {
  readonly name: string;
  readonly mayHear: (event: AuthorityEvent) => boolean;
}

/**
 * Creates a hub.
 * @param maxStreams - of all listeners, default 10,000
 */
export function createEventHub(maxStreams: number = defaultMaxStreams): EventHub {
  /** Who listens, and to what. */
  const listeners = new Map<Stream, Listener>();
  const subscribers = new Set<(event: AuthorityEvent) => void>();
  /** In the order in which they began. */
  const streamsOf = new Map<string, Set<Stream>>();
  const isFull = (): boolean => listeners.size >= maxStreams;
  const enter = (stream: Stream, listener: Listener): void => {
    listeners.set(stream, listener);
    streamsOf.set(listener.name, (streamsOf.get(listener.name) ?? new Set()).add(stream));
  };
  const leave = (stream: Stream): void => {
    const name = listeners.get(stream)?.name;
    if (name === undefined) return;
    listeners.delete(stream);
    const own = streamsOf.get(name);
    own?.delete(stream);
    if (own?.size === 0) streamsOf.delete(name);
  };
  const endOldest = (listener: string): void => {
    const [oldest, ...others] = streamsOf.get(listener) ?? [];
    if (oldest === undefined || others.length + 1 < maxStreamsOfListener) return;
    leave(oldest);
    oldest.close();
  };
  const send = (text: string, event?: AuthorityEvent): void => {
    const bytes = encoder.encode(text);
    for (const [listener, { mayHear }] of [...listeners]) {
      if (event !== undefined && !mayHear(event)) continue;
      if ((listener.desiredSize ?? 0) > -maxWaitingEvents) {
        listener.enqueue(bytes);
        continue;
      }
      leave(listener);
      listener.error(new Error('the listener reads too slowly'));
    }
  };
  return {
    isFull,
    listen(first, name, mayHear = () => true) {
      endOldest(name);
      if (isFull()) return undefined;
      let own: Stream;
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          controller.enqueue(encoder.encode(`retry: 1000\n\n${first.map(formatEvent).join('')}`));
          enter(controller, { name, mayHear });
        },
        cancel() {
          leave(own);
        },
      });
      return new Response(stream, {
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
      });
    },
    subscribe(hear) {
      const own = (event: AuthorityEvent): void => hear(event);
      subscribers.add(own);
      return () => void subscribers.delete(own);
    },
    announce(event) {
      send(formatEvent(event), event);
      for (const hear of [...subscribers]) hear(event);
    },
    pulse: () => send(':\n\n'),
    close() {
      for (const listener of listeners.keys()) listener.close();
      listeners.clear();
      streamsOf.clear();
    },
  };
}

/** One server-sent event: the type, and the rest as JSON. */
function formatEvent({ type, ...data }: AuthorityEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
