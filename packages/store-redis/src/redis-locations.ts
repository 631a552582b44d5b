import { setTimeout } from 'node:timers/promises';
import type { Binding, LocationChange, Locations } from '@entente/sip-proxy/locations';
import { checkOptions } from './check-options.ts';
import { type Driver, loadDriver } from './connection/driver.ts';
import type { EvictingStore } from './connection/eviction-policy.ts';
import { checkPlace, type RedisPlace } from './connection/redis-place.ts';
import type { RefusedChange } from './connection/refused-change.ts';
import { StoreLink } from './connection/store-link.ts';
import { ChangeWriter, type NotWritten, type WrittenChange } from './copy/change-writer.ts';
import { type CopyReason, StoreFollower, type StoreKeys, storeKeys } from './copy/follow-store.ts';
import { LateRemovals } from './copy/late-removals.ts';
import { type CopiedBindings, LocationCopy, readBindings, readCopied } from './copy/location-copy.ts';

/** What keeps the copy of a server over its restart, e.g. a file. */
export interface LocationsSnapshot {
  /**
   * Keeps a change of the copy.
   * @param aor - address of record
   * @param value - its bindings, as JSON can have them; undefined where none is left
   */
  keep(aor: string, value: readonly Binding[] | undefined): unknown;
}

/**
 * Opens a {@link LocationsSnapshot}.
 * @param restore - to be called with each record of an earlier run; returns whether any of it still counts
 * @param entries - everything that counts, at any later time
 */
export type OpenSnapshot = (
  restore: (aor: string, value: unknown) => boolean,
  entries: () => Iterable<readonly [aor: string, value: readonly Binding[]]>,
) => Promise<LocationsSnapshot>;

/** What {@link RedisLocations.open} needs. */
export interface RedisLocationsOptions {
  /** Where the Redis is, and how it is dialled. */
  readonly place: RedisPlace;
  /** FQDN of the pool: its servers share what is under this name. */
  readonly pool: string;
  /** Account of Redis, where it has any. */
  readonly username?: string | undefined;
  /** Password of the account, or of a Redis without accounts; undefined where it asks for none. */
  readonly password?: string | undefined;
  /** Receives a line when the store is lost, is back, or was read again. */
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** Opens what keeps the copy over a restart; without it a start without the store begins with an empty copy. */
  readonly snapshot?: OpenSnapshot;
  /** Milliseconds since 1970; default the system's. */
  readonly clock?: () => number;
}

/** Milliseconds that a start waits for the store: then it goes on with the copy of an earlier run. */
const startMs = 5_000;
/** A key outlives what is in it, so that the clocks of servers and of the store may differ by as much. */
const keyMarginMs = 60_000;
/** How often a change is decided again because another server was faster. */
const maxTries = 32;
/** Milliseconds after a failure until what is owed to the store is tried again. */
const owedPauseMs = 1_000;
/** A time at which no binding has expired. */
const always = 0;
/** Users whose bindings go back into an emptied store together. */
const refillAtOnce = 256;

/**
 * Where the users of a pool are, in Redis or Valkey. Lookups read a copy in this process and never wait; a change is acknowledged once the
 * store has acknowledged it. Without the store, lookups go on and changes reject with `ENTENTE_LOCATIONS_UNAVAILABLE`.
 */
export class RedisLocations implements Locations, AsyncDisposable {
  readonly #options: RedisLocationsOptions;
  readonly #clock: () => number;
  readonly #keys: StoreKeys;
  readonly #link: StoreLink;
  readonly #changes: ChangeWriter;
  readonly #copy: LocationCopy;
  readonly #follower: StoreFollower;
  /** One change of an address of record after the other: they would but overtake each other in the store. */
  readonly #queues = new Map<string, Promise<unknown>>();
  #snapshot: LocationsSnapshot | undefined;
  readonly #late = new LateRemovals();
  /** Whether the store has lost something, and has not got back yet what this server knows. */
  #owesBindings = false;
  #isSettling = false;
  /** Nothing that is owed is tried before, by the clock that nobody sets. */
  #settlesAt = Number.NEGATIVE_INFINITY;
  readonly #listeners = new Set<(aor: string) => void>();

  private constructor(options: RedisLocationsOptions, driver: Driver) {
    const { clock = Date.now, pool } = options;
    this.#options = options;
    this.#clock = clock;
    this.#keys = storeKeys(pool);
    this.#copy = new LocationCopy((aor, bindings) => {
      this.#snapshot?.keep(aor, bindings.length > 0 ? bindings : undefined);
      for (const tell of this.#listeners) tell(aor);
    });
    this.#link = new StoreLink(driver, { ...options, onReady: () => this.#settleNow() });
    this.#changes = new ChangeWriter(this.#link.writer, this.#keys);
    this.#follower = new StoreFollower({
      redis: this.#link.reader,
      keys: this.#keys,
      copy: this.#copy,
      clock,
      onCopied: (count, why) => this.#copied(count, why),
      onLost: () => {
        this.#owesBindings = true;
        this.#settle();
      },
    });
  }

  /**
   * Connects, reads everything, and waits until changes can be made. Where the store is not there within five seconds, it goes on with what an earlier run has kept.
   * @param options - where the store is, whose locations these are
   * @throws RedisFault `ENTENTE_REDIS_OPTION`, `ENTENTE_REDIS_PLAIN`
   */
  static async open(options: RedisLocationsOptions): Promise<RedisLocations> {
    checkOptions(options);
    checkPlace(options.place);
    const locations = new RedisLocations(options, await loadDriver());
    await locations.#start();
    return locations;
  }

  /** Own changes are told too: they come by the same copy. */
  onChangeElsewhere(listener: (aor: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Addresses of record with at least one binding. */
  get size(): number {
    return this.#copy.size;
  }

  /** Whether the store does not answer now: registrations are refused, and the copy may be old. */
  get isLost(): boolean {
    return this.#link.isLost;
  }

  /** Why the store takes no change though it answers; undefined where it takes them, as far as is known. */
  get refused(): RefusedChange | undefined {
    return this.#link.refused;
  }

  /** By what policy the store throws registrations away when its memory is full; undefined where it throws none away, as far as is known. */
  get evicts(): EvictingStore | undefined {
    return this.#link.evicts;
  }

  lookup(aor: string, now: number): readonly Binding[] {
    return this.#late.left(aor, this.#copy.lookup(aor, now));
  }

  update<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Promise<R> {
    return this.#inTurn(aor, now, (current) => decide(this.#late.left(aor, current)));
  }

  async removeFlow(flow: string): Promise<number> {
    try {
      return await this.#removeAll(this.#copy.addressesOn(flow), (binding) => binding.flow === flow);
    } catch (error) {
      this.#late.addFlow(flow);
      throw error;
    }
  }

  async removeUser(aor: string, isMeant: (binding: Binding) => boolean = () => true): Promise<number> {
    try {
      return await this.#removeAll([aor], isMeant);
    } catch (error) {
      this.#late.addUser(aor, isMeant, this.#copy.lookup(aor, 0), this.#clock());
      throw error;
    }
  }

  expire(now: number): number {
    // The store lets its keys expire by itself.
    return this.#copy.expire(now);
  }

  expireSome(now: number, count: number): void {
    this.#copy.expireSome(now, count, this.#follower.seen);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#link[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    this.#snapshot = await this.#options.snapshot?.(
      (aor, value) => this.#restore(aor, value),
      () => this.#copy.entries(this.#clock()),
    );
    let copied = () => {};
    const first = new Promise<void>((resolve) => {
      copied = resolve;
    });
    this.#onFirstCopy = copied;
    this.#link.start(async () => {
      await this.#follower.step();
      this.#settle();
    });
    const late = new AbortController();
    const patience = setTimeout(startMs, undefined, { signal: late.signal }).catch(() => {});
    // Two connections: what was read says nothing about whether a change can be made yet.
    await Promise.race([Promise.all([first, this.#link.whenWritable()]), patience]);
    late.abort();
  }

  #restore(aor: string, value: unknown): boolean {
    const now = this.#clock();
    const kept = readBindings(JSON.stringify(value) ?? '', aor, now);
    const bindings = kept.filter(({ expiresAt }) => expiresAt > now);
    if (bindings.length === 0) return false;
    // Anything that the store says is later.
    this.#copy.put(aor, { version: 0, bindings });
    return true;
  }

  #onFirstCopy: () => void = () => {};

  /** One change of an address after the other. */
  async #inTurn<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Promise<R> {
    const before = this.#queues.get(aor);
    const run = () => this.#update(aor, now, decide);
    const done = before === undefined ? run() : before.then(run);
    const over = () => {
      if (this.#queues.get(aor) === settled) this.#queues.delete(aor);
    };
    const settled: Promise<void> = done.then(over, over);
    this.#queues.set(aor, settled);
    return done;
  }

  async #update<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Promise<R> {
    let known = { version: this.#copy.versionOf(aor), bindings: this.#copy.lookup(aor, now) };
    for (let tries = 0; tries < maxTries; tries++) {
      const { bindings, result } = decide(known.bindings);
      if (bindings === undefined) return result;
      const other = await this.#put(aor, known, bindings, now);
      if (other === undefined) return result;
      known = this.#basisOf(other, aor, now);
    }
    throw this.#link.unavailable(new Error(`others changed ${aor} ${maxTries} times meanwhile`));
  }

  /** What a change is decided on that another server was faster with. */
  #basisOf({ found }: NotWritten, aor: string, now: number): CopiedBindings {
    // The store has lost the record, for what was removed has one too: the other devices of the user go back with this change.
    if (found === '') return { version: 0, bindings: this.#copy.lookup(aor, now) };
    const { version, bindings } = readCopied(found, aor, this.#clock());
    return { version, bindings: bindings.filter(({ expiresAt }) => expiresAt > now) };
  }

  /**
   * Writes a change. What it removes has to stay so for every copy in which it has not expired: the record lives as long as that would have.
   * @param before - what it was decided on
   * @returns what is there instead, where that is not of the expected version
   */
  async #put(
    aor: string,
    before: CopiedBindings,
    bindings: readonly Binding[],
    now: number,
  ): Promise<NotWritten | undefined> {
    const from = now === always ? this.#clock() : now;
    const lives = [...before.bindings, ...bindings].map(({ expiresAt }) => expiresAt - from);
    const lifeMs = Math.max(0, ...lives) + keyMarginMs;
    let written: WrittenChange;
    try {
      const text = bindings.length === 0 ? '' : JSON.stringify(bindings);
      written = await this.#changes.write({ aor, expected: before.version, bindings: text, lifeMs });
    } catch (error) {
      throw this.#link.unavailable(error as Error);
    }
    this.#link.taken();
    if (!written.isDone) return written;
    // The numbers of another epoch say nothing about this copy: it is about to be read again.
    const { epoch: own } = this.#follower;
    if (own === undefined || own === written.epoch)
      this.#copy.put(aor, { version: written.number, bindings });
    return undefined;
  }

  async #removeAll(aors: readonly string[], isMeant: (binding: Binding) => boolean): Promise<number> {
    const counts = aors.map((aor) =>
      this.#inTurn<number>(aor, always, (current) => {
        const bindings = current.filter((binding) => !isMeant(binding));
        const result = current.length - bindings.length;
        return result === 0 ? { result } : { bindings, result };
      }),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  #settleNow(): void {
    this.#settlesAt = Number.NEGATIVE_INFINITY;
    this.#settle();
  }

  /** The store answers: what is owed to it goes now, unless that has just failed. */
  #settle(): void {
    if (this.#isSettling || (this.#late.isEmpty && !this.#owesBindings)) return;
    if (performance.now() < this.#settlesAt) return;
    this.#isSettling = true;
    void this.#settleAll().then(
      () => {
        this.#isSettling = false;
      },
      () => {
        this.#isSettling = false;
        this.#settlesAt = performance.now() + owedPauseMs;
      },
    );
  }

  /** @throws what the first change fails of: the rest stays owed */
  async #settleAll(): Promise<void> {
    for (const [aor, isMeant] of this.#late.users()) {
      await this.#removeAll([aor], isMeant);
      this.#late.doneUser(aor, isMeant);
    }
    for (const flow of this.#late.flows()) {
      await this.#removeAll(this.#copy.addressesOn(flow), (binding) => binding.flow === flow);
      this.#late.doneFlow(flow);
    }
    if (this.#owesBindings) await this.#refill();
  }

  /** The store has lost what it had acknowledged; what this server still knows goes back, unless another one was faster. */
  async #refill(): Promise<void> {
    const owed = [...this.#copy.addresses()].filter((aor) => this.#copy.versionOf(aor) === 0);
    this.#owesBindings = false;
    try {
      while (owed.length > 0)
        await Promise.all(owed.splice(0, refillAtOnce).map((aor) => this.#giveBack(aor)));
    } catch (error) {
      this.#owesBindings = true;
      throw error;
    }
  }

  async #giveBack(aor: string): Promise<void> {
    const now = this.#clock();
    const bindings = this.#late.left(aor, this.#copy.lookup(aor, now));
    if (this.#copy.versionOf(aor) !== 0) return;
    if (bindings.length === 0) this.#copy.forget(aor);
    else await this.#put(aor, { version: 0, bindings: [] }, bindings, now);
  }

  #copied(count: number, why: CopyReason): void {
    const { log } = this.#options;
    const { name: store } = this.#link;
    const read = `read the locations of ${count} users from ${store}`;
    if (why === 'other-epoch') {
      const lost = [...this.#copy.addresses()].filter((aor) => this.#copy.versionOf(aor) === 0).length;
      log.warn(
        { event: 'locations-copied', store, count, why, lost },
        `${read}, which was emptied or set back, and has lost those of ${lost} users that are known here: they go back`,
      );
    } else log.info({ event: 'locations-copied', store, count, why }, read);
    this.#onFirstCopy();
  }
}
