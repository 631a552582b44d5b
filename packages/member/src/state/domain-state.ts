import { formatPoolKeys, type KeysInUse, keysInUse, type PoolKeys } from '@entente/pki';
import type { Clock } from '@entente/tls';
import { type Confirmation, refuseUnconfirmed, type Topology, type TrustStateMark } from '@entente/topology';
import type { AnchorSet } from '@entente/trust';
import type { Certificate, CertificateList } from '@entente/x509';
import type { LastKnown } from '../files/last-known-file.ts';
import { enterpriseAnchors, rootsUnder } from './enterprise-anchors.ts';
import { believedSigned, latestSigned } from './signed-times.ts';

const dayMs = 86_400_000;

/** How old the confirmation is, is looked at as often as this: a timer does not notice that the clock was set, or that the machine slept. */
const lookMs = 30_000;

/** What a member knows of its domain when it starts, verified. */
export interface DomainBeginning {
  readonly topology: Topology;
  /** The enterprise roots that this member joined with; they count while the topology lists none. */
  readonly roots: readonly Certificate[];
  /** The newest revocation list of each place. */
  readonly lists: readonly CertificateList[];
  /** The keys of our pool, from an earlier run. */
  readonly keys?: PoolKeys | undefined;
  /** From an earlier run, or from the authority that has just answered. */
  readonly lastKnown: LastKnown;
  /** Measures how old the last confirmation is. */
  readonly clock: Clock;
  /** Called when a listener throws; the other listeners hear of the change all the same. */
  readonly onFault: (fault: unknown) => void;
}

/** Verified news of the domain. */
export type DomainNews =
  | {
      /** The topology that the last trust state names: the one in force, or the next one. */
      readonly topology: Topology;
      /** When that state was signed, milliseconds since the epoch; earlier than before where the authority's clock was corrected. */
      readonly confirmedAt: number;
    }
  | {
      /** The last trust state, its lists in force. */
      readonly trustState: TrustStateMark;
    }
  | {
      /** All lists in force from now on, each signed by an authority of ours. */
      readonly lists: readonly CertificateList[];
    }
  | {
      /** The keys of our pool, from the authority. */
      readonly keys: PoolKeys;
    };

/** A change that has taken effect. */
export interface DomainChange {
  /**
   * `standing`: the topology in force is no longer confirmed lately enough, or is again. `keys`: the keys of our pool are others, or
   * another of them seals or no longer opens.
   */
  readonly what: 'topology' | 'lists' | 'standing' | 'keys';
  /** Number of the change since the start, from 1. */
  readonly version: number;
}

/**
 * What a member believes of its domain: topology, anchors, revocation lists, keys of its pool, and what was last known. It changes by `takeUp` and by
 * the passing of time, in no other way, and each change is one event.
 */
export class DomainState implements Disposable {
  readonly #joined: readonly Certificate[];
  readonly #clock: Clock;
  readonly #onFault: (fault: unknown) => void;
  readonly #listeners = new Set<(change: DomainChange) => void>();
  readonly #arrived: (DomainNews | 'time' | 'key-time')[] = [];
  #topology: Topology;
  #roots: readonly Certificate[];
  #anchors: AnchorSet;
  #lists: readonly CertificateList[];
  #latestSigned: number | undefined;
  #confirmedAt: number | undefined;
  #trustState: TrustStateMark | undefined;
  #stale: boolean;
  #version = 0;
  #reporting = false;
  #cancel: (() => void) | undefined;
  #poolKeys: PoolKeys | undefined;
  #keysInUse: KeysInUse | undefined;
  #cancelKeys: (() => void) | undefined;

  constructor(beginning: DomainBeginning) {
    const { clock, keys, lastKnown, lists, onFault, roots, topology } = beginning;
    this.#clock = clock;
    this.#onFault = onFault;
    this.#joined = roots;
    this.#topology = topology;
    this.#roots = rootsUnder(topology, roots);
    this.#anchors = enterpriseAnchors(this.#roots, topology);
    this.#lists = lists;
    this.#latestSigned = latestSigned(lists, believedSigned(lastKnown), clock.now());
    this.#confirmedAt = lastKnown.confirmedAt;
    this.#trustState = lastKnown.trustState;
    this.#stale = this.#isStale();
    this.#waitForStaleness();
    this.#useKeys(keys);
  }

  /** The topology in force; another object after each change. */
  get topology(): Topology {
    return this.#topology;
  }

  /** The enterprise roots: those that the topology in force lists, or those of joining where it lists none. */
  get roots(): readonly Certificate[] {
    return this.#roots;
  }

  /**
   * The enterprise roots while a topology is in force.
   * @param topology - the one in force, or one that may follow it
   */
  rootsUnder(topology: Topology): readonly Certificate[] {
    if (topology === this.#topology) return this.#roots;
    return rootsUnder(topology, this.#joined, [...this.#roots, ...this.#joined]);
  }

  /** The roots as anchors, under what the topology in force says of revocation; another object after each change of the topology. */
  get anchors(): AnchorSet {
    return this.#anchors;
  }

  /** The revocation lists in force; another array after each change. */
  get lists(): readonly CertificateList[] {
    return this.#lists;
  }

  /** The keys of our pool that count at this moment; another object after each change, undefined until they were fetched once. */
  get keys(): KeysInUse | undefined {
    return this.#keysInUse;
  }

  /** The latest time that an authority of ours has signed, milliseconds since the epoch. */
  get latestSigned(): number | undefined {
    return this.#latestSigned;
  }

  /** The last trust state that was accepted. */
  get trustState(): TrustStateMark | undefined {
    return this.#trustState;
  }

  /** What a later run must know. */
  get lastKnown(): LastKnown {
    return {
      ...(this.#latestSigned === undefined ? {} : { latestSigned: this.#latestSigned }),
      ...(this.#confirmedAt === undefined ? {} : { confirmedAt: this.#confirmedAt }),
      ...(this.#trustState === undefined ? {} : { trustState: this.#trustState }),
    };
  }

  /** How old the topology in force is at this moment. */
  get confirmation(): Confirmation {
    return { confirmedAt: this.#confirmedAt, now: this.#clock.now() };
  }

  /**
   * Puts verified news in force and calls every listener once, if anything differs. News from a listener is put in force after all
   * listeners were called for the change before, so that a listener always finds the state of the change that it is called for.
   * @param news - verified by the caller
   */
  takeUp(news: DomainNews): void {
    this.#enter(news);
  }

  /**
   * @param listener - called after each change, in the order of the changes
   * @returns stops it
   */
  onChange(listener: (change: DomainChange) => void): () => void {
    // A function of its own, so that a listener registered twice is two listeners.
    const own = (change: DomainChange): void => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** No further change is reported. */
  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#cancel?.();
    this.#cancel = undefined;
    this.#cancelKeys?.();
    this.#cancelKeys = undefined;
  }

  #enter(news: DomainNews | 'time' | 'key-time'): void {
    this.#arrived.push(news);
    if (this.#reporting) return;
    this.#reporting = true;
    try {
      for (let next = this.#arrived.shift(); next !== undefined; next = this.#arrived.shift()) {
        const what = this.#apply(next);
        if (what !== undefined) this.#report({ what, version: ++this.#version });
      }
    } finally {
      this.#reporting = false;
    }
  }

  #apply(news: DomainNews | 'time' | 'key-time'): DomainChange['what'] | undefined {
    if (news === 'key-time') return this.#useKeys(this.#poolKeys);
    if (news !== 'time' && 'keys' in news) return this.#useKeys(news.keys);
    if (news !== 'time' && 'lists' in news) {
      if (sameItems(news.lists, this.#lists)) return undefined;
      this.#lists = news.lists;
      this.#latestSigned = latestSigned(news.lists, this.#latestSigned, this.#clock.now());
      return 'lists';
    }
    if (news !== 'time' && 'trustState' in news) {
      const { signedAt } = news.trustState;
      this.#trustState = news.trustState;
      this.#latestSigned = latestSigned([{ thisUpdate: signedAt }], this.#latestSigned, this.#clock.now());
      return undefined;
    }
    const wasStale = this.#stale;
    const { hash } = this.#topology;
    if (news !== 'time') {
      this.#confirmedAt = news.confirmedAt;
      if (news.topology.hash !== hash) {
        this.#roots = this.rootsUnder(news.topology);
        this.#topology = news.topology;
        this.#anchors = enterpriseAnchors(this.#roots, news.topology);
      }
    }
    this.#stale = this.#isStale();
    this.#waitForStaleness();
    if (this.#topology.hash !== hash) return 'topology';
    return this.#stale === wasStale ? undefined : 'standing';
  }

  #useKeys(keys: PoolKeys | undefined): 'keys' | undefined {
    if (keys === undefined) return undefined;
    const now = this.#clock.now();
    const next = keysInUse(keys, now);
    const isSame = this.#poolKeys !== undefined && formatPoolKeys(keys) === formatPoolKeys(this.#poolKeys);
    const before = this.#keysInUse;
    const isSameInUse = isSame && before !== undefined && sameEpochs(before, next);
    this.#poolKeys = keys;
    if (!isSameInUse) this.#keysInUse = next;
    this.#cancelKeys?.();
    // Looked at once a day at least: a timer does not notice that the clock was set.
    const waitMs = next.until === undefined ? undefined : Math.min(next.until - now, dayMs);
    this.#cancelKeys =
      waitMs === undefined ? undefined : this.#clock.after(waitMs, () => this.#enter('key-time'));
    return isSameInUse ? undefined : 'keys';
  }

  #report(change: DomainChange): void {
    for (const listener of [...this.#listeners]) {
      // Another listener may have stopped it.
      if (!this.#listeners.has(listener)) continue;
      try {
        listener(change);
      } catch (fault) {
        this.#onFault(fault);
      }
    }
  }

  #isStale(): boolean {
    return refuseUnconfirmed(this.#topology, this.confirmation) !== undefined;
  }

  #waitForStaleness(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const { document, policies } = this.#topology;
    const since = this.#confirmedAt ?? Date.parse(document.issued);
    const leftMs = since + policies.trustState.refuseAfterSeconds * 1_000 - this.#clock.now();
    // What is stale comes back where the clock was ahead.
    const waitMs = this.#stale ? lookMs : Math.min(Math.max(leftMs, 1), lookMs);
    this.#cancel = this.#clock.after(waitMs, () => this.#enter('time'));
  }
}

function sameEpochs(one: KeysInUse, other: KeysInUse): boolean {
  const epochsOf = ({ opening, sealing }: KeysInUse) => [sealing, ...opening].map(({ epoch }) => epoch);
  return sameItems(epochsOf(one), epochsOf(other));
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
