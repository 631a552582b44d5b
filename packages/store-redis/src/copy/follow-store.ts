import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type LocationCopy, readBindings, readCopied } from './location-copy.ts';

/** Names of what the store holds for one pool; one hash tag, so that a cluster keeps all of it in one place. */
export interface StoreKeys {
  readonly bindings: (aor: string) => string;
  readonly changes: string;
  readonly state: string;
}

/**
 * Names for one pool.
 * @param pool - its FQDN
 */
export function storeKeys(pool: string): StoreKeys {
  const prefix = `entente:{${pool}}`;
  return {
    bindings: (aor) => `${prefix}:bindings:${aor}`,
    changes: `${prefix}:changes`,
    state: `${prefix}:state`,
  };
}

/** What a {@link StoreFollower} needs. */
export interface StoreFollowerOptions {
  /** A connection of its own: it waits in it. */
  readonly redis: Redis;
  readonly keys: StoreKeys;
  readonly copy: LocationCopy;
  /** The copy is that of the store. */
  readonly onCopied: (count: number, why: CopyReason) => void;
  /** The store has lost what the copy still has, with version 0: all of it, where it counts from the beginning, or some records. */
  readonly onLost: () => void;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Why everything was read again. */
export type CopyReason = 'start' | 'gap' | 'other-epoch';

/** Milliseconds that one question waits for changes. */
const waitMs = 1_000;
const maxChanges = 500;
/** Milliseconds in which further changes come after some have come: they are read together, and those of this server are known by then. */
const gatherMs = 5;
const scanCount = 1_000;

/** Where in the changes of which epoch a copy is. */
interface Position extends StoreState {
  /** What the last change said, where it was read: a store that was set back, and has counted as far again, says something else there. */
  readonly mark: string | undefined;
}

/** How far a store has counted. */
interface StoreState {
  readonly epoch: string | undefined;
  readonly number: number;
}

/**
 * Keeps a copy up to date with the changes in the store, one number after the other. Where one is missing, or the store has begun another
 * count, everything is read again.
 */
export class StoreFollower {
  readonly #options: StoreFollowerOptions;
  #position: Position | undefined;
  /** Whether the last question had an answer that fits: the store is the one that the copy is of. */
  #isSure = false;

  /** @param options - the connection, and the copy */
  constructor(options: StoreFollowerOptions) {
    this.#options = options;
  }

  /** The epoch of the store that the copy is of. */
  get epoch(): string | undefined {
    return this.#position?.epoch;
  }

  /** Number of the last change that the copy has; below 0 where nothing was read yet. */
  get seen(): number {
    return this.#position?.number ?? -1;
  }

  /**
   * Takes in what comes within a second, and looks whether anything is missing.
   * @throws what the connection fails of
   */
  async step(): Promise<void> {
    const isSure = this.#isSure;
    // Until there is an answer: the connection may break.
    this.#isSure = false;
    if (isSure) await setTimeout(gatherMs, undefined, { ref: false });
    else await this.#compare();
    await this.#takeChanges();
  }

  /** Looks whether the store still counts as it did. */
  async #compare(): Promise<void> {
    const state = await this.#state();
    const known = this.#position;
    if (known === undefined) await this.#copyAll(state, 'start');
    else if (known.epoch !== state.epoch || state.number < known.number || (await this.#isSetBack(known))) {
      // Nothing has ever been changed where there is no epoch yet.
      const isFirst = known.epoch === undefined;
      if (!isFirst) this.#options.copy.restartVersions();
      await this.#copyAll(state, isFirst ? 'start' : 'other-epoch');
      if (!isFirst) this.#options.onLost();
    }
  }

  async #takeChanges(): Promise<void> {
    const { keys, redis } = this.#options;
    const from = this.#position as Position;
    const since = `${from.number}-1`;
    const answer = await redis.xread('COUNT', maxChanges, 'BLOCK', waitMs, 'STREAMS', keys.changes, since);
    const changes = changesIn(answer);
    for (const { aor, bindings, epoch: begun, number } of changes) {
      const { epoch = begun, number: last } = this.#position as Position;
      // The store counts from the beginning, and has come as far: it is compared in the next step.
      if (epoch !== begun) return;
      if (number !== last + 1) {
        await this.#copyAll(await this.#state(), 'gap');
        return;
      }
      const { clock, copy } = this.#options;
      // Changes of this server are known from the answer to it.
      if (copy.versionOf(aor) < number)
        copy.put(aor, { version: number, bindings: readBindings(bindings, aor, clock()) });
      copy.settled(aor, number);
      this.#position = { epoch, number, mark: markOf({ aor, bindings }) };
    }
    this.#isSure = changes.length > 0;
    // Changes were made and none came: they were cut off the stream before they were read.
    if (this.#isSure) return;
    const state = await this.#state();
    const { epoch, number } = this.#position as Position;
    if (state.epoch === epoch && state.number > number && (await this.#isCutOff()))
      await this.#copyAll(state, 'gap');
  }

  async #isCutOff(): Promise<boolean> {
    const { number } = this.#position as Position;
    return (await this.#changeAfter(number))?.number !== number + 1;
  }

  /** Whether the change that was read last is another one now. One that was cut off says nothing. */
  async #isSetBack({ mark, number }: Position): Promise<boolean> {
    if (mark === undefined) return false;
    const found = await this.#changeAfter(number - 1);
    return found?.number === number && markOf(found) !== mark;
  }

  async #changeAfter(number: number): Promise<Change | undefined> {
    const { keys, redis } = this.#options;
    return changesIn(await redis.xread('COUNT', 1, 'STREAMS', keys.changes, `${number}-1`))[0];
  }

  async #state(): Promise<StoreState> {
    const { keys, redis } = this.#options;
    const [epoch, number] = await redis.hmget(keys.state, 'epoch', 'number');
    return { epoch: epoch ?? undefined, number: Number(number ?? 0) };
  }

  /** Reads everything. What is changed meanwhile has a later number, and comes again with the changes. */
  async #copyAll(state: StoreState, why: CopyReason): Promise<void> {
    const { clock, copy, keys, onCopied, onLost, redis } = this.#options;
    const prefix = keys.bindings('');
    const seen = new Set<string>();
    let users = 0;
    let cursor = '0';
    do {
      const [next, names] = await redis.scan(cursor, 'MATCH', `${escaped(prefix)}*`, 'COUNT', scanCount);
      cursor = next;
      if (names.length === 0) continue;
      const values = await redis.mget(names);
      for (const [index, name] of names.entries()) {
        const aor = name.slice(prefix.length);
        const found = readCopied(values[index], aor, clock());
        if (found.version === 0) continue;
        seen.add(aor);
        if (found.bindings.length > 0) users++;
        else if (!copy.has(aor)) continue;
        // A later number is of a change that comes again, or of before the store lost its count: whatever comes next counts.
        copy.put(aor, { ...found, version: Math.min(found.version, state.number) });
      }
    } while (cursor !== '0');
    let hasLost = false;
    for (const aor of [...copy.addresses()]) {
      if (seen.has(aor) || why === 'other-epoch') continue;
      const version = copy.versionOf(aor);
      // Where changes were missed, what has no version is what a store that was emptied has not got back yet.
      if (version > state.number || (version === 0 && why !== 'start')) continue;
      // What was removed has a record as long as it would have counted: the store has lost this, be it known from an earlier run.
      if (copy.lookup(aor, clock()).length === 0) {
        copy.forget(aor);
        continue;
      }
      copy.restartVersion(aor);
      hasLost = true;
    }
    const last = state.number > 0 ? await this.#changeAfter(state.number - 1) : undefined;
    this.#position = { ...state, mark: last?.number === state.number ? markOf(last) : undefined };
    onCopied(users, why);
    if (hasLost) onLost();
  }
}

/** A name in which nothing is a pattern. */
function escaped(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

interface Change {
  readonly number: number;
  readonly aor: string;
  readonly bindings: string;
  readonly epoch: string;
}

/** What tells one change from another one of the same number. */
function markOf({ aor, bindings }: Pick<Change, 'aor' | 'bindings'>): string {
  return `${aor} ${bindings}`;
}

/** What XREAD of one stream answers: `[[name, [[id, [field, value, …]], …]]]`, or null. */
function changesIn(answer: unknown): readonly Change[] {
  const entries = (answer as [string, [string, string[]][]][] | null)?.[0]?.[1] ?? [];
  return entries.map(([id, fields]) => {
    const field = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
    return {
      number: Number(id.split('-')[0]),
      aor: field('aor'),
      bindings: field('bindings'),
      epoch: field('epoch'),
    };
  });
}
