import { setTimeout } from 'node:timers/promises';
import { LocationsUnavailableError } from '@entente/sip-proxy/locations';
import type { Redis } from 'ioredis';
import type { Driver } from './driver.ts';
import { type EvictingStore, evictionPolicy, keepsAll } from './eviction-policy.ts';
import { openRedis } from './open-redis.ts';
import type { RedisPlace } from './redis-place.ts';
import { type RefusedChange, refusedChange } from './refused-change.ts';

/** What a {@link StoreLink} needs. */
export interface StoreLinkOptions {
  readonly place: RedisPlace;
  /** Account of Redis, where it has any. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Receives a line when the store is lost, when it is back, and when it may throw away what it has acknowledged. */
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** Changes can be made: for the first time, or again. */
  readonly onReady: () => void;
}

/** Milliseconds in which a change is acknowledged by the store, or refused. */
const commandMs = 2_000;
/** Longer than a question for changes waits. */
const followMs = 4_000;
/** Milliseconds after a failure before the store is asked again. */
const pauseMs = 200;
/** What the client of Redis says of a command that was not answered within its time. */
const timedOut = 'Command timed out';
const remedy =
  'check that Redis runs there, is reachable and accepts this account; clients register again by themselves';

/** Milliseconds after which the store is asked again by what policy it makes room: that can be set while it runs. */
const policyMs = 5_000;

const keepAll =
  'set "maxmemory-policy noeviction" in redis.conf, or CONFIG SET maxmemory-policy noeviction; then changes are refused while memory is short, and nothing is lost';

/** The two connections to the store, one for changes and one that waits for those of others, and whether it answers. */
export class StoreLink implements AsyncDisposable {
  /** For changes. */
  readonly writer: Redis;
  /** Waits for changes of others. */
  readonly reader: Redis;
  /** Of the store, e.g. host and port. */
  readonly name: string;
  readonly #options: StoreLinkOptions;
  #isLost = false;
  #refused: RefusedChange | undefined;
  #evicts: EvictingStore | undefined;
  /** When the store was asked for its policy last, milliseconds of a clock that never jumps. */
  #askedPolicyAt = performance.now();
  readonly #closing = new AbortController();
  #following: Promise<void> = Promise.resolve();

  /**
   * @param driver - what speaks with the store
   * @param options - where the store is, and as whom it is asked
   */
  constructor(driver: Driver, options: StoreLinkOptions) {
    this.#options = options;
    const { host, port } = options.place;
    this.name = `${host}:${port}`;
    const shared = { ...options, driver, random: Math.random, signal: this.#closing.signal };
    this.writer = openRedis({ ...shared, commandMs });
    this.reader = openRedis({ ...shared, commandMs: followMs });
  }

  /** Whether the store does not answer now. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Why the store takes no change though it answers; undefined where the last change was taken, or nothing is known of it. */
  get refused(): RefusedChange | undefined {
    return this.#refused;
  }

  /** By what policy the store throws registrations away when its memory is full; undefined where it throws none away, or does not say. */
  get evicts(): EvictingStore | undefined {
    return this.#evicts;
  }

  /**
   * Connects, and follows the store from then on.
   * @param step - takes in what comes next; again and again, and after each failure
   */
  start(step: () => Promise<void>): void {
    for (const redis of [this.reader, this.writer]) {
      redis.on('error', (error: Error) => this.#lost(error));
      void redis.connect().catch(() => {});
    }
    this.writer.on('ready', () => {
      this.#options.onReady();
      this.#evicts = undefined;
      void this.#lookAtPolicy();
    });
    this.#following = this.#follow(step);
  }

  /** Resolves once changes can be made. */
  whenWritable(): Promise<void> {
    const { writer } = this;
    if (writer.status === 'ready') return Promise.resolve();
    return new Promise((resolve) => void writer.once('ready', () => resolve()));
  }

  /**
   * The fault of a change that was not acknowledged. A connection on which the time for it ran out is dialled again: while something is
   * unacknowledged the system itself gives a connection up after a quarter of an hour only.
   * @param cause - what it failed of
   */
  unavailable(cause: Error): LocationsUnavailableError {
    const refused = refusedChange(cause);
    if (refused !== undefined) this.#refuses(refused, cause);
    if (cause.message === timedOut && this.writer.status === 'ready') {
      this.#lost(cause);
      this.writer.disconnect(true);
    }
    return new LocationsUnavailableError({
      sentence: `the store of locations at ${this.name} has not acknowledged a change: ${sentenceOf(cause)}`,
      place: this.name,
      remedy: refused?.remedy ?? remedy,
      cause,
    });
  }

  /** The store has taken a change. */
  taken(): void {
    if (this.#refused === undefined) return;
    this.#refused = undefined;
    this.#options.log.info(
      { event: 'locations-store-back', store: this.name },
      `${this.name} takes changes again`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #follow(step: () => Promise<void>): Promise<void> {
    while (!this.#isClosed) {
      try {
        await whenReady(this.reader, this.#closing.signal);
        if (this.#isClosed) return;
        await step();
        this.#back();
        if (performance.now() - this.#askedPolicyAt >= policyMs) void this.#lookAtPolicy();
      } catch (error) {
        if (this.#isClosed) return;
        this.#lost(error as Error);
        // A connection that answers nothing is dialled again.
        if (this.reader.status === 'ready') this.reader.disconnect(true);
        await pause(this.#closing.signal);
      }
    }
  }

  #lost(error: Error): void {
    if (this.#isLost || this.#isClosed) return;
    this.#isLost = true;
    this.#options.log.warn(
      { event: 'locations-store-lost', store: this.name, remedy },
      `${this.name} does not answer: ${sentenceOf(error)}; users are found by the copy, and registrations are refused with 503`,
    );
  }

  #refuses(refused: RefusedChange, error: Error): void {
    const isKnown = this.#refused?.code === refused.code;
    this.#refused = refused;
    if (isKnown || this.#isClosed) return;
    this.#options.log.warn(
      { event: 'locations-store-refuses', store: this.name, remedy: refused.remedy },
      `${this.name} takes no changes: ${sentenceOf(error)}; users are found by the copy, and registrations are refused with 503`,
    );
  }

  /**
   * Says where the store throws registrations away, which takes users out of reach without a word: the operator has to know it before its memory
   * is full, or once something is lost. It can be set while the store runs, so it is asked for again and again. A policy is said once for each connection.
   */
  async #lookAtPolicy(): Promise<void> {
    this.#askedPolicyAt = performance.now();
    const said = await evictionPolicy(this.writer).catch(() => undefined);
    if (said === undefined || this.#isClosed) return;
    const before = this.#evicts?.policy;
    this.#evicts = said === keepsAll ? undefined : { policy: said, remedy: keepAll };
    if (this.#evicts === undefined || said === before) return;
    this.#options.log.warn(
      { event: 'locations-store-evicts', store: this.name, policy: said, remedy: keepAll },
      `${this.name} throws registrations away when its memory is full: maxmemory-policy is ${said}`,
    );
  }

  #back(): void {
    if (!this.#isLost || this.writer.status !== 'ready') return;
    this.#isLost = false;
    this.#options.log.info({ event: 'locations-store-back', store: this.name }, `${this.name} answers again`);
  }
}

/** Ends with the time, or as soon as nothing is followed any more. */
async function pause(closing: AbortSignal): Promise<void> {
  await setTimeout(pauseMs, undefined, { ref: false, signal: closing }).catch(() => {});
}

/** The client of Redis speaks of its own settings where a connection broke under a command. */
function sentenceOf({ message, name }: Error): string {
  return name === 'MaxRetriesPerRequestError' ? 'the connection broke' : message;
}

/** Resolves when a connection takes commands, is over, or is not waited for any more: between two attempts its end is not told. */
function whenReady(redis: Redis, closing: AbortSignal): Promise<void> {
  if (redis.status === 'ready' || redis.status === 'end' || closing.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      redis.off('ready', done);
      redis.off('end', done);
      closing.removeEventListener('abort', done);
      resolve();
    };
    redis.on('ready', done);
    redis.on('end', done);
    closing.addEventListener('abort', done);
  });
}
