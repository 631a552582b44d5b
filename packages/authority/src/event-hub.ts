/** Something that members react to. */
export type AuthorityEvent =
  | { readonly type: 'topology'; readonly version: number; readonly hash: string }
  | { readonly type: 'crl'; readonly issuer: string; readonly number: number };

/** Hands events on to everybody who listens (server-sent events). */
export interface EventHub {
  /**
   * A stream of events, which begins with the given ones so that a listener who was away knows where things stand.
   * @returns `undefined` if there are too many listeners
   */
  listen(first: readonly AuthorityEvent[]): Response | undefined;
  /** Tells everybody. */
  announce(event: AuthorityEvent): void;
  /** Keeps silent connections alive; called every few seconds. */
  pulse(): void;
  /** Ends every stream. */
  close(): void;
}

const maxListeners = 10_000;
/** Somebody who reads so little that this much waits is cut off; the next connection begins with where things stand. */
const maxWaitingEvents = 100;
const encoder = new TextEncoder();

/** Makes a hub. */
export function createEventHub(): EventHub {
  const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
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
    announce: (event) => send(formatEvent(event)),
    pulse: () => send(':\n\n'),
    close() {
      for (const listener of listeners) listener.close();
      listeners.clear();
    },
  };
}

/** One event as the wire has it: the type, and the rest as JSON. */
function formatEvent({ type, ...data }: AuthorityEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
