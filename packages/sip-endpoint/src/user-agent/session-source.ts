import type { Clock } from '@entente/tls';
import { DisposedError } from '../connection/disposed-error.ts';
import { NotConnectedError } from './not-connected.ts';
import type { UserSession } from './user-agent-session.ts';

interface Waiting {
  readonly resolve: (session: UserSession) => void;
  readonly reject: (error: NotConnectedError | DisposedError) => void;
  readonly stop: () => void;
}

/** What a {@link SessionSource} needs. */
export interface SessionSourceParts {
  readonly clock: Clock;
  /** Name of the server, for faults. */
  readonly server: string;
  /** Whether another connection is on its way. */
  readonly isComing: () => boolean;
}

/** How long a request waits for a connection: as long as for its answer (64·T1, RFC 3261 §17.1.2.2). */
const longestWaitMs = 32_000;

/** Where the requests of a user agent go: over the connection that is up, or over the one that takes its place. */
export class SessionSource {
  readonly #parts: SessionSourceParts;
  readonly #waiting = new Set<Waiting>();
  #current: UserSession | undefined;
  #isClosed = false;

  /** @param parts - time, and whether waiting is of use */
  constructor(parts: SessionSourceParts) {
    this.#parts = parts;
  }

  /** The session on the connection that is up. */
  get current(): UserSession | undefined {
    return this.#current;
  }

  /** @param session - is used from now on */
  use(session: UserSession): void {
    this.#current = session;
  }

  /** The connection is gone. */
  lost(): void {
    this.#current = undefined;
  }

  /** The user is registered: who waits may ask. */
  ready(): void {
    if (this.#current !== undefined) for (const one of this.#take()) one.resolve(this.#current);
  }

  /** No connection will come: who waits hears of it. */
  giveUp(): void {
    for (const one of this.#take()) one.reject(this.#none());
  }

  /** The user agent is disposed of: nothing is asked any more, also of what it has left to its caller, such as a call. */
  close(): void {
    this.#isClosed = true;
    this.giveUp();
  }

  /**
   * The session for a request; where the connection is gone and another one is on its way, that one's, within 32 seconds.
   * @param signal - ends the waiting
   * @throws NotConnectedError where there is none; DisposedError where the user agent was disposed of; the reason of the signal
   */
  async next(signal?: AbortSignal): Promise<UserSession> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw this.#none();
    if (this.#current !== undefined) return this.#current;
    const { clock, isComing } = this.#parts;
    if (!isComing()) throw this.#none();
    return new Promise((resolve, reject) => {
      const ends = (why: unknown) => {
        this.#waiting.delete(waiting);
        waiting.stop();
        reject(why);
      };
      const aborted = () => ends(signal?.reason);
      const stopTimer = clock.after(longestWaitMs, () => ends(this.#none()));
      const stop = () => {
        stopTimer();
        signal?.removeEventListener('abort', aborted);
      };
      const waiting: Waiting = { resolve, reject, stop };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #none(): NotConnectedError | DisposedError {
    const { server } = this.#parts;
    return this.#isClosed ? new DisposedError(server) : new NotConnectedError(server);
  }

  #take(): readonly Waiting[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { stop } of waiting) stop();
    return waiting;
  }
}
