import { detached } from '@entente/sip';
import type { Binding } from '../binding.ts';
import type { Awaitable, LocationChange, Locations } from '../locations.ts';
import { MemoryLocations } from '../memory-locations.ts';
import { Sweep } from '../sweep.ts';
import {
  believed,
  bindingsOf,
  changesOf,
  emptyRecord,
  type IsBelieved,
  type LocationRecord,
  merged,
  unexpired,
  without,
  written,
} from './location-record.ts';

/**
 * Receives each change that is made here: the whole record, and what of it is new. Who has everything from before and merges that has everything.
 * @returns done once enough others have it, or at once
 */
export type OnChange = (aor: string, record: LocationRecord, changes: LocationRecord) => Awaitable<unknown>;

/**
 * Locations of which each server of a pool has a copy. A change is made on the copy at hand, handed to the others, and acknowledged once
 * `onChange` says so; changes that were made apart are merged.
 */
export class ReplicatedLocations implements Locations {
  readonly #live = new MemoryLocations();
  readonly #records = new Map<string, LocationRecord>();
  readonly #onChange: OnChange;
  readonly #listeners = new Set<(aor: string) => void>();
  readonly #sweep = new Sweep(this.#records);

  /** @param onChange - keeps a change elsewhere */
  constructor(onChange: OnChange) {
    this.#onChange = onChange;
  }

  /** Addresses of record of which something is known, removals included. */
  get size(): number {
    return this.#records.size;
  }

  /** Whether anything is known of an address of record. */
  has(aor: string): boolean {
    return this.#records.has(aor);
  }

  /** All that is known of an address of record. */
  recordOf(aor: string): LocationRecord | undefined {
    return this.#records.get(aor);
  }

  /** All that is known, by address of record. */
  records(): Iterable<readonly [aor: string, record: LocationRecord]> {
    return this.#records;
  }

  lookup(aor: string, now: number): readonly Binding[] {
    return this.#live.lookup(aor, now);
  }

  update<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Awaitable<R> {
    const { bindings, result } = decide(this.lookup(aor, now));
    if (bindings === undefined) return result;
    const known = this.#records.get(aor) ?? emptyRecord;
    const record = written(known, bindings, now);
    this.#put(aor, record);
    const kept = this.#onChange(aor, record, changesOf(known, record));
    return kept instanceof Promise ? kept.then(() => result) : result;
  }

  removeFlow(flow: string): Awaitable<number> {
    return this.#removeAll(this.#live.addressesOn(flow), (binding) => binding.flow === flow);
  }

  removeUser(aor: string, isMeant: (binding: Binding) => boolean = () => true): Awaitable<number> {
    return this.#removeAll([aor], isMeant);
  }

  expire(now: number): number {
    const removed = this.#live.expire(now);
    for (const [aor, record] of this.#records) this.#dropExpired(aor, record, now);
    return removed;
  }

  /**
   * Does a part of what {@link expire} does, and goes on from there the next time: a pass over all would keep requests waiting.
   * @param now - milliseconds since 1970
   * @param count - addresses of record to look at, 1 or more
   */
  expireSome(now: number, count: number): void {
    this.#sweep.some(count, (aor, record) => this.#dropExpired(aor, record, now));
  }

  /**
   * Takes in what another server, or an earlier run, knows.
   * @param aor - address of record
   * @param other - its record there
   * @param now - milliseconds since 1970
   * @returns what is known now; undefined where that is nothing new
   */
  merge(aor: string, other: LocationRecord, now: number): LocationRecord | undefined {
    const known = this.#records.get(aor) ?? emptyRecord;
    const both = merged(known, unexpired(other, now));
    if (both === known) return undefined;
    this.#put(aor, both);
    for (const tell of this.#listeners) tell(aor);
    return both;
  }

  /**
   * Drops the bindings that a server has vouched for who is no longer believed.
   * @param isBelieved - whether a server is, as `vouchedBy` of a binding names it
   * @param isAsker - whether a server is, as `askedBy` names it; default `isBelieved`
   * @returns the addresses of record that have lost some
   */
  keepBelieved(isBelieved: IsBelieved, isAsker?: IsBelieved): readonly string[] {
    const changed: string[] = [];
    for (const [aor, record] of this.#records) {
      const left = believed(record, isBelieved, isAsker);
      if (left === record) continue;
      this.#put(aor, left);
      changed.push(aor);
    }
    return changed;
  }

  onChangeElsewhere(listener: (aor: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #dropExpired(aor: string, record: LocationRecord, now: number): void {
    const left = unexpired(record, now);
    if (left !== record) this.#put(aor, left);
  }

  #put(address: string, record: LocationRecord): void {
    const aor = detached(address);
    if (record.size === 0) this.#records.delete(aor);
    else this.#records.set(aor, record);
    this.#live.update(aor, 0, () => ({ bindings: bindingsOf(record), result: undefined }));
  }

  #removeAll(aors: readonly string[], isMeant: (binding: Binding) => boolean): Awaitable<number> {
    let removed = 0;
    const kept: Promise<unknown>[] = [];
    for (const aor of aors) {
      const known = this.#records.get(aor) ?? emptyRecord;
      const left = without(known, isMeant);
      if (left === known) continue;
      removed += bindingsOf(known).length - bindingsOf(left).length;
      this.#put(aor, left);
      const done = this.#onChange(aor, left, changesOf(known, left));
      if (done instanceof Promise) kept.push(done);
    }
    return kept.length === 0 ? removed : Promise.all(kept).then(() => removed);
  }
}
