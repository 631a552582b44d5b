import type { Logger, PluginCalls } from '@entente/host';
import {
  type Binding,
  type LocationChange,
  type Locations,
  LocationsUnavailableError,
  locationsPort,
} from '@entente/sip-proxy/locations';
import { readBinding } from '@entente/sip-proxy/locations/replicated';

/** Bindings of one address that are read: far more than a registrar accepts. */
const maxBindings = 64;
/** How often a change is decided again because another server was faster. */
const maxTries = 32;
/** Users of whom a line of the log says that a binding cannot be read. */
const maxWarned = 1_000;
/** Characters of an address of record that a store tells. */
const maxAddress = 1_024;
/** For what was registered at any time: what has expired is removed too. */
const anyTime = Number.MAX_SAFE_INTEGER / 2;

/** How a store is called. */
export type StoreCalls = Pick<PluginCalls, 'call' | 'has' | 'on' | 'onFailure' | 'plugin'>;

/** What a store has of an address of record. */
interface Held {
  /** As the store says it. */
  readonly all: readonly unknown[];
  /** Those that can be read. */
  readonly bindings: readonly Binding[];
}

/**
 * The store of a plugin in a process of its own. What it does not answer, or answers wrong, is a store that is not available. A binding that cannot be
 * read is left out, so that it costs nobody but its user, and goes with the next change of their bindings. A change is decided here on what the store
 * has, and made there where that is still so; where it is not, it is decided again.
 */
export class PluginLocations implements Locations {
  readonly #calls: StoreCalls;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #warned = new Set<string>();
  /** One change of an address of record after the other: they would but overtake each other in the store. */
  readonly #queues = new Map<string, Promise<unknown>>();
  /** Where the store does a part of `expire` at a time. */
  readonly expireSome?: (now: number, count: number) => Promise<void>;

  /**
   * @param calls - of the plugin, which has been set up
   * @param log - for bindings that cannot be read
   */
  constructor(calls: StoreCalls, log: Pick<Logger, 'warn'>) {
    this.#calls = calls;
    this.#log = log;
    if (calls.has(locationsPort, 'expireSome'))
      this.expireSome = (now, count) => this.#ask('expireSome', [now, count], () => {});
  }

  lookup(aor: string, now: number): Promise<readonly Binding[]> {
    return this.#ask('lookup', [aor, now], (answer) => this.#held(answer, aor, now).bindings);
  }

  async update<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Promise<R> {
    return this.#inTurn(aor, () => this.#update(aor, now, now, decide));
  }

  removeFlow(flow: string): Promise<number> {
    return this.#ask('removeFlow', [flow], countOf);
  }

  removeUser(aor: string, isMeant?: (binding: Binding) => boolean): Promise<number> {
    if (isMeant === undefined) return this.#ask('removeUser', [aor], countOf);
    return this.#inTurn(aor, () =>
      this.#update<number>(aor, 0, anyTime, (current) => {
        const bindings = current.filter((binding) => !isMeant(binding));
        const result = current.length - bindings.length;
        return result === 0 ? { result } : { bindings, result };
      }),
    );
  }

  expire(now: number): Promise<number> {
    return this.#ask('expire', [now], countOf);
  }

  onChangeElsewhere(listener: (aor: string) => void): () => void {
    return this.#calls.on(locationsPort, 'onChangeElsewhere', (aor) => {
      if (typeof aor === 'string' && aor.length <= maxAddress) listener(aor);
    });
  }

  async #inTurn<R>(aor: string, run: () => Promise<R>): Promise<R> {
    const before = this.#queues.get(aor);
    const done = before === undefined ? run() : before.then(run);
    const over = () => {
      if (this.#queues.get(aor) === settled) this.#queues.delete(aor);
    };
    const settled: Promise<void> = done.then(over, over);
    this.#queues.set(aor, settled);
    return done;
  }

  /** @param latest - when what the store has can have been written at the latest */
  async #update<R>(
    aor: string,
    now: number,
    latest: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Promise<R> {
    let held = await this.#ask('lookup', [aor, now], (answer) => this.#held(answer, aor, latest));
    for (let tries = 0; tries < maxTries; tries++) {
      const { bindings, result } = decide(held.bindings);
      if (bindings === undefined) return result;
      const decision = { given: held.all, change: { bindings } };
      const accept = (answer: unknown) => this.#found(answer, aor, latest);
      const found = await this.#ask('update', [aor, now], accept, decision);
      if (found === undefined) return result;
      held = found;
    }
    throw this.#unavailable(`others changed ${aor} ${maxTries} times meanwhile`);
  }

  async #ask<T>(
    method: string,
    args: readonly unknown[],
    accept: (answer: unknown) => T,
    decision?: Parameters<StoreCalls['call']>[4],
  ): Promise<T> {
    try {
      return await this.#calls.call(locationsPort, method, args, accept, decision);
    } catch (error) {
      throw this.#unavailable((error as Error).message, error);
    }
  }

  /** @throws Error where it is anything but a list, or longer than that of any user */
  #held(answer: unknown, aor: string, now: number): Held {
    if (!Array.isArray(answer) || answer.length > maxBindings)
      throw new Error(`expected a list of at most ${maxBindings} bindings, found something else`);
    const bindings: Binding[] = [];
    for (const one of answer) {
      const binding = readBinding(one, aor, now);
      if (binding === undefined) this.#warn(aor);
      else bindings.push(binding);
    }
    return { all: answer, bindings };
  }

  /** @returns what is there instead of what was expected; undefined where the change was kept */
  #found(answer: unknown, aor: string, now: number): Held | undefined {
    const { found, kept } = (answer ?? {}) as { readonly found?: unknown; readonly kept?: unknown };
    return kept === true ? undefined : this.#held(found, aor, now);
  }

  /** Once for each user: it is read with each request for them. */
  #warn(aor: string): void {
    if (this.#warned.has(aor) || this.#warned.size >= maxWarned) return;
    this.#warned.add(aor);
    const { onFailure, plugin } = this.#calls;
    this.#log.warn(
      { event: 'plugin-failed', plugin, onFailure },
      `plugin ${plugin}: expected bindings of ${aor}, found something else, which is left out`,
    );
  }

  #unavailable(sentence: string, cause?: unknown): LocationsUnavailableError {
    const { plugin } = this.#calls;
    return new LocationsUnavailableError({
      sentence: `the store of plugin ${plugin} cannot be used: ${sentence}`,
      place: `plugin ${plugin}`,
      remedy: `Look for why plugin ${plugin} fails in the log.`,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function countOf(answer: unknown): number {
  if (Number.isInteger(answer) && (answer as number) >= 0) return answer as number;
  throw new Error('expected a number of bindings, found something else');
}
