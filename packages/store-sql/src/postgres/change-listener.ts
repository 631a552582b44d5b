import { once } from 'node:events';
import pg from 'pg';
import { pauseBefore } from './backoff.ts';
import { channel } from './change-batch.ts';
import { checkSession } from './check-session.ts';
import { connectionConfig } from './connection-config.ts';
import { postgresFault, thrownByLibrary } from './postgres-fault.ts';
import { type PostgresServer, placeOf } from './postgres-server.ts';
import type { Contact } from './server-reachability.ts';
import { unlessUnderWay } from './unless-under-way.ts';

/** Options of {@link ChangeListener}. */
export interface ListenerOptions {
  readonly server: PostgresServer;
  /** Called when the feed has more, and whenever that may have been missed. */
  readonly onChange: () => void;
  /** Told how it goes. */
  readonly contact: Contact;
  /** Makes the database ready, where that is not done yet; called each time that it begins to listen. */
  readonly ready: () => Promise<void>;
  /** Looks whether changes are stored again; called now and then while they are not, and never a second time before it has ended. */
  readonly tryAgain?: (() => Promise<void>) | undefined;
  /** Milliseconds between two questions whether the connection still works and the version is the one that was told. */
  readonly heartbeatMs: number;
}

/** Heartbeats from one look to the next whether changes are stored again: each that fails is a line in the log of PostgreSQL. */
const beatsBetween = 12;

/**
 * Listens to the changes of all servers, on a connection of its own. A notification that was sent while it was away is lost, and need not
 * be missed: each time it begins to listen, it tells that there may be more. It compares the version now and then as well, for a pooler in
 * between that swallows notifications.
 */
export class ChangeListener {
  readonly #options: ListenerOptions;
  readonly #ending = new AbortController();
  #listening: Promise<void> | undefined;
  #told: number | undefined;
  #beats = 0;
  #isTrying = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Begins to listen. Idempotent. */
  start(): void {
    this.#listening ??= this.#listenAlways();
  }

  /** Ends it, and waits until its connection is closed. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#listening;
  }

  async #listenAlways(): Promise<void> {
    const { contact, server } = this.#options;
    const { signal } = this.#ending;
    for (let attempt = 0; !signal.aborted; ) {
      try {
        await this.#listenOnce(() => {
          attempt = 0;
        });
      } catch (error) {
        const fault = postgresFault(thrownByLibrary(error), placeOf(server));
        if (!signal.aborted && fault !== undefined) contact.unreachable(fault);
      }
      await pauseBefore(attempt++, signal, { ref: false });
    }
  }

  /** Listens until the connection ends. @param onListening - called when it has begun */
  async #listenOnce(onListening: () => void): Promise<void> {
    const { heartbeatMs, server } = this.#options;
    // It can let a process end, and can keep it. The types do not know of it.
    const client = new pg.Client(connectionConfig(server)) as pg.Client & { ref(): void; unref(): void };
    const lost = new AbortController();
    client.on('error', (error) => lost.abort(error));
    client.on('end', () => lost.abort(new Error('the server has closed the connection')));
    client.on('notification', ({ payload }) => this.#tell(Number(payload)));
    const end = (): void => {
      // What is waited for keeps the process.
      client.ref();
      client.end().catch(() => {});
      lost.abort(new Error('closed'));
    };
    this.#ending.signal.addEventListener('abort', end, { once: true });
    let beating: NodeJS.Timeout | undefined;
    try {
      // The library leaves open whether it has connected where it is ended meanwhile.
      await Promise.race([client.connect(), once(lost.signal, 'abort')]);
      lost.signal.throwIfAborted();
      // Listening alone does not keep a process alive.
      client.unref();
      await checkSession(client, placeOf(server));
      await client.query(`LISTEN ${channel}`);
      await this.#options.ready();
      onListening();
      this.#told = undefined;
      await this.#compare(client);
      const beat = unlessUnderWay(() => this.#compare(client));
      beating = setInterval(() => {
        beat().catch((error) => lost.abort(error));
      }, heartbeatMs).unref();
      if (!lost.signal.aborted) await once(lost.signal, 'abort');
      throw lost.signal.reason;
    } finally {
      clearInterval(beating);
      this.#ending.signal.removeEventListener('abort', end);
      await client.end().catch(() => {});
    }
  }

  async #compare(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ version: number }>('SELECT version FROM account_feed');
    this.#options.contact.reached();
    const version = rows[0]?.version;
    if (version !== undefined && version !== this.#told) this.#tell(version);
    this.#tryAgain();
  }

  /** A change that was refused says what is wrong until one is stored, and the next one may be days away. */
  #tryAgain(): void {
    const { contact, tryAgain } = this.#options;
    if (contact.stores || tryAgain === undefined || this.#isTrying) return;
    if (++this.#beats < beatsBetween) return;
    this.#beats = 0;
    this.#isTrying = true;
    const done = () => {
      this.#isTrying = false;
    };
    tryAgain().then(done, done);
  }

  #tell(version: number): void {
    this.#told = version;
    this.#options.onChange();
  }
}
