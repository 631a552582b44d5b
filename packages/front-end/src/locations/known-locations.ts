import {
  type Binding,
  isLocationsUnavailable,
  type LocationChange,
  type Locations,
  MemoryLocations,
} from '@entente/sip-proxy/locations';

const defaultKnown = 50_000;
/** Connections, and users, whose bindings are dropped once the store is back. */
const maxLate = 100_000;

/** Removals, of connections and of users each, that may fail before the rest waits: fewer than a plugin may have in a minute until it is stopped. */
const maxFailures = 2;
/** Milliseconds until what could not be removed is tried again. */
const againMs = 60_000;

const everyOne = (): boolean => true;

/** A store that answers later, always. */
export type DistantLocations = Locations & {
  lookup(aor: string, now: number): Promise<readonly Binding[]>;
  removeFlow(flow: string): Promise<number>;
  removeUser(aor: string, isMeant?: (binding: Binding) => boolean): Promise<number>;
};

/**
 * A store, and what this server has seen of it last: while it is away, users are found where they were, and changes are refused. What was to be
 * removed meanwhile is not found any more, and goes when the store is back.
 */
export class KnownLocations implements Locations {
  readonly #store: DistantLocations;
  readonly #clock: () => number;
  readonly #maxKnown: number;
  readonly #known = new MemoryLocations();
  /** Least recently asked first. */
  readonly #order = new Set<string>();
  readonly #lateFlows = new Set<string>();
  /** What of each is to go. */
  readonly #lateUsers = new Map<string, (binding: Binding) => boolean>();
  #isDropping = false;
  /** Nothing is dropped before that time. */
  #againAt = Number.NEGATIVE_INFINITY;
  readonly expireSome?: (now: number, count: number) => Promise<void>;
  readonly onChangeElsewhere?: (listener: (aor: string) => void) => () => void;

  /**
   * @param store - the store
   * @param options - `clock`: milliseconds since 1970; `maxKnown`: users whose bindings are known, default 50,000
   */
  constructor(
    store: DistantLocations,
    options: { readonly clock?: () => number; readonly maxKnown?: number } = {},
  ) {
    this.#store = store;
    this.#clock = options.clock ?? Date.now;
    this.#maxKnown = options.maxKnown ?? defaultKnown;
    if (store.expireSome !== undefined)
      this.expireSome = async (now, count) => this.#seen(await store.expireSome?.(now, count));
    if (store.onChangeElsewhere !== undefined)
      this.onChangeElsewhere = (listener) => store.onChangeElsewhere?.(listener) ?? (() => {});
  }

  async lookup(aor: string, now: number): Promise<readonly Binding[]> {
    let found: readonly Binding[];
    try {
      found = this.#seen(await this.#store.lookup(aor, now));
      this.#learn(aor, found);
    } catch (error) {
      if (!isLocationsUnavailable(error) || !this.#order.has(aor)) throw error;
      found = this.#known.lookup(aor, now);
    }
    return this.#lateFlows.size + this.#lateUsers.size === 0 ? found : this.#left(aor, found);
  }

  async update<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Promise<R> {
    let last: readonly Binding[] | undefined;
    const result = await this.#store.update(aor, now, (current) => {
      const change = decide(this.#left(aor, current));
      last = change.bindings;
      return change;
    });
    if (last !== undefined) this.#learn(aor, last);
    return this.#seen(result);
  }

  async removeFlow(flow: string): Promise<number> {
    this.#known.removeFlow(flow);
    try {
      return this.#seen(await this.#store.removeFlow(flow));
    } catch (error) {
      // Its bindings lead nowhere.
      if (this.#lateFlows.size < maxLate) this.#lateFlows.add(flow);
      throw error;
    }
  }

  async removeUser(aor: string, isMeant?: (binding: Binding) => boolean): Promise<number> {
    this.#known.removeUser(aor, isMeant);
    try {
      return this.#seen(await this.#store.removeUser(aor, isMeant));
    } catch (error) {
      if (this.#lateUsers.size < maxLate) this.#removeLater(aor, isMeant ?? everyOne);
      throw error;
    }
  }

  async expire(now: number): Promise<number> {
    return this.#seen(await this.#store.expire(now));
  }

  /** What has been registered since, perhaps at another server, counts. */
  #removeLater(aor: string, isMeant: (binding: Binding) => boolean): void {
    const since = this.#clock();
    const before = this.#lateUsers.get(aor);
    this.#lateUsers.set(
      aor,
      (binding) => before?.(binding) === true || (binding.updatedAt <= since && isMeant(binding)),
    );
  }

  #left(aor: string, bindings: readonly Binding[]): readonly Binding[] {
    const isLate = this.#lateUsers.get(aor);
    return bindings.filter(
      (binding) =>
        isLate?.(binding) !== true && (binding.flow === undefined || !this.#lateFlows.has(binding.flow)),
    );
  }

  #learn(aor: string, bindings: readonly Binding[]): void {
    this.#known.update(aor, 0, () => ({ bindings, result: undefined }));
    this.#order.delete(aor);
    this.#order.add(aor);
    if (this.#order.size <= this.#maxKnown) return;
    const [oldest] = this.#order as unknown as [string];
    this.#order.delete(oldest);
    this.#known.removeUser(oldest);
  }

  /** The store has answered: what could not be removed goes now, or once it has waited. */
  #seen<T>(answer: T): T {
    const isLate = this.#lateFlows.size + this.#lateUsers.size > 0;
    if (isLate && !this.#isDropping && this.#clock() >= this.#againAt) void this.#dropLate();
    return answer;
  }

  async #dropLate(): Promise<void> {
    this.#isDropping = true;
    await this.#dropEach([...this.#lateUsers.keys()], (aor) => this.#dropUser(aor));
    await this.#dropEach([...this.#lateFlows], (flow) => this.#dropFlow(flow));
    this.#isDropping = false;
  }

  /** One that fails keeps no other one: it is the last of the next time. */
  async #dropEach(late: readonly string[], drop: (one: string) => Promise<boolean>): Promise<void> {
    let failures = 0;
    for (const one of late) {
      if (await drop(one)) continue;
      this.#againAt = this.#clock() + againMs;
      if (++failures === maxFailures) return;
    }
  }

  async #dropUser(aor: string): Promise<boolean> {
    const isMeant = this.#lateUsers.get(aor);
    if (isMeant === undefined) return true;
    try {
      await this.#store.removeUser(aor, isMeant);
      if (this.#lateUsers.get(aor) === isMeant) this.#lateUsers.delete(aor);
      return true;
    } catch {
      const latest = this.#lateUsers.get(aor) ?? isMeant;
      this.#lateUsers.delete(aor);
      this.#lateUsers.set(aor, latest);
      return false;
    }
  }

  async #dropFlow(flow: string): Promise<boolean> {
    try {
      await this.#store.removeFlow(flow);
      this.#lateFlows.delete(flow);
      return true;
    } catch {
      this.#lateFlows.delete(flow);
      this.#lateFlows.add(flow);
      return false;
    }
  }
}
