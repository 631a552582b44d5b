/** An event that members react to. */
export type AuthorityEvent =
  /** A new trust state; whole, as a compact JWS, unless it is too long for an event: then `/state` has it. */
  | { readonly type: 'state'; readonly sequence: number; readonly state?: string }
  | { readonly type: 'topology'; readonly version: number; readonly hash: string }
  | { readonly type: 'crl'; readonly issuer: string; readonly number: number }
  /** A pool has another key; `/domain-keys` has it. */
  | { readonly type: 'domain-keys'; readonly pool: string };

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
   * A stream of events. It begins with the given ones, so that a listener that was disconnected learns the current state.
   * @returns `undefined` if there are too many listeners
   */
  listen(first: readonly AuthorityEvent[]): Response | undefined;
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

const maxListeners = 10_000;
/** A listener with this many unread events is disconnected; its next connection begins with the current state. */
const maxWaitingEvents = 100;
const encoder = new TextEncoder();

/** Creates a hub. */
export function createEventHub(): EventHub {
  const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const subscribers = new Set<(event: AuthorityEvent) => void>();
  const send = (text: string): void => {
    const bytes = encoder.encode(text);
    for (const listener of [...listeners]) {
      if ((listener.desiredSize ?? 0) > -maxWaitingEvents) {
        listener.enqueue(bytes);
        continue;
      }
      listeners.delete(listener);
      listener.error(new Error('the listener reads too slowly'));
    }
  };
  return {
    listen(first) {
      if (listeners.size >= maxListeners) return undefined;
      let own: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          controller.enqueue(encoder.encode(`retry: 1000\n\n${first.map(formatEvent).join('')}`));
          listeners.add(controller);
        },
        cancel() {
          listeners.delete(own);
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
      send(formatEvent(event));
      for (const hear of [...subscribers]) hear(event);
    },
    pulse: () => send(':\n\n'),
    close() {
      for (const listener of listeners) listener.close();
      listeners.clear();
    },
  };
}

/** One server-sent event: the type, and the rest as JSON. */
function formatEvent({ type, ...data }: AuthorityEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
