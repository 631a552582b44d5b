import type { Rejection, TrustVerdict } from '@entente/trust';
import { askAgain } from '../trust/ask-trust.ts';
import { type Asking, questionOf } from '../trust/judge-socket.ts';
import type { RefusedVerdict, TrustedVerdict } from '../trust/peer.ts';
import type { ShownChain } from '../trust/presented-chain.ts';
import type { ChangeScope, Trust } from '../trust/trust.ts';
import { ConnectionIndex } from './connection-index.ts';
import { DeadlineQueue } from './deadline-queue.ts';

/** An open connection that is judged again as trust changes. */
export interface LiveConnection {
  readonly asking: Asking;
  readonly shown: ShownChain;
  /** Its last verdict. */
  verdict: TrustedVerdict;
  /** Called when a later verdict still trusts. */
  confirmed(verdict: TrustedVerdict): void;
  /** Called once, when a later verdict refuses; closes the connection. */
  withdrawn(rejection: Rejection, verdict: RefusedVerdict): void;
  /** Called once, when a later verdict failed because something threw; closes the connection. */
  failed(error: unknown): void;
}

interface Entry {
  /** Undefined once closed, so that a deadline that stays in the queue keeps no socket in memory. */
  connection: LiveConnection | undefined;
  /** When time alone ends its last verdict, milliseconds since the epoch. */
  until: number;
  /** When it is judged again, milliseconds since the epoch; undefined where that has passed, or never comes. */
  dueAt: number | undefined;
  /** From `Trust.use`. */
  readonly release: (() => void) | undefined;
}

/** Verdicts in one slice, after which other work runs; at 50 µs each a slice takes about 3 ms. */
const sliceLength = 64;
/** Milliseconds after which a slice ends sooner: a verdict on a large certificate takes as long as many others. */
const sliceMs = 5;

/** The time is looked at as often as this: a timer does not notice that the clock was set, or that the machine slept. */
const lookMs = 30_000;

const registries = new WeakMap<Trust, LiveConnections>();

/**
 * Gives the open connections under one trust.
 * @param trust - the trust
 */
export function liveConnections(trust: Trust): LiveConnections {
  let registry = registries.get(trust);
  if (registry === undefined) {
    registry = new LiveConnections(trust);
    registries.set(trust, registry);
  }
  return registry;
}

/**
 * Judges open connections again when trust changes and when the time of a verdict ends: in slices, and only those affected.
 */
export class LiveConnections {
  readonly #trust: Trust;
  readonly #elapsed: () => number;
  readonly #entries = new Set<Entry>();
  readonly #index = new ConnectionIndex<Entry>();
  readonly #deadlines = new DeadlineQueue<Entry>();
  readonly #waiting = new Set<Entry>();
  #sliceScheduled = false;
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | undefined;
  #stopListening: (() => void) | undefined;

  /**
   * @param trust - the trust
   * @param elapsed - milliseconds since some moment, for the length of slices; default: those of the process
   */
  constructor(trust: Trust, elapsed: () => number = () => performance.now()) {
    this.#trust = trust;
    this.#elapsed = elapsed;
  }

  /** Number of open connections. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a connection until the returned function is called.
   * @param connection - a connection that was just admitted
   * @param judgedUnder - version of the trust at its verdict: where trust has changed since, it is judged again at once
   */
  add(connection: LiveConnection, judgedUnder: string): () => void {
    if (this.#entries.size === 0) {
      this.#stopListening = this.#trust.onChange((change) => this.#changed(change.scope));
    }
    const { path } = connection.verdict;
    const release = this.#trust.use?.(path);
    const entry: Entry = { connection, until: path.validUntil, dueAt: undefined, release };
    this.#index.set(entry, connection.verdict);
    this.#entries.add(entry);
    this.#watchTime(entry);
    if (judgedUnder !== this.#trust.version) this.#enqueue([entry]);
    return () => this.#remove(entry);
  }

  #remove(entry: Entry): void {
    if (entry.connection === undefined) return;
    entry.connection = undefined;
    entry.release?.();
    this.#entries.delete(entry);
    this.#waiting.delete(entry);
    this.#index.delete(entry);
    if (this.#deadlines.size > 2 * this.#entries.size + 1_024) {
      this.#deadlines.keep((due) => due.connection !== undefined);
    }
    if (this.#entries.size === 0) {
      this.#stopListening?.();
      this.#disarm?.();
      this.#armedFor = Number.POSITIVE_INFINITY;
    }
  }

  #changed(scope: ChangeScope | undefined): void {
    this.#enqueue(scope === undefined ? this.#entries : this.#index.touchedBy(scope));
  }

  #enqueue(entries: Iterable<Entry>): void {
    for (const entry of entries) this.#waiting.add(entry);
    if (this.#sliceScheduled || this.#waiting.size === 0) return;
    this.#sliceScheduled = true;
    setImmediate(() => this.#slice());
  }

  #slice(): void {
    this.#sliceScheduled = false;
    let left = sliceLength;
    const end = this.#elapsed() + sliceMs;
    for (const entry of this.#waiting) {
      this.#waiting.delete(entry);
      this.#judge(entry);
      if (--left === 0 || this.#elapsed() >= end) break;
    }
    this.#enqueue([]);
  }

  #judge(entry: Entry): void {
    if (entry.connection === undefined) return;
    const { asking, shown, verdict: last } = entry.connection;
    try {
      const verdict = askAgain(this.#trust, shown, last, questionOf(asking), asking.verdictTimeoutMs);
      if (!('then' in verdict)) this.#conclude(entry, verdict);
      else {
        void verdict.then(
          (late) => this.#conclude(entry, late),
          (error: unknown) => this.#failed(entry, error),
        );
      }
    } catch (error) {
      this.#failed(entry, error);
    }
  }

  /** A connection without a verdict is closed. */
  #failed(entry: Entry, error: unknown): void {
    const { connection } = entry;
    this.#remove(entry);
    connection?.failed(error);
  }

  #conclude(entry: Entry, verdict: TrustVerdict): void {
    const { connection } = entry;
    if (connection === undefined) return;
    if (!verdict.trusted) {
      this.#remove(entry);
      connection.withdrawn(verdict.rejection, verdict);
      return;
    }
    connection.verdict = verdict;
    this.#index.set(entry, verdict);
    const { validUntil } = verdict.path;
    // What has become due and still passes becomes due again: the clock may have been set back.
    if (validUntil !== entry.until || entry.dueAt === undefined) {
      entry.until = validUntil;
      this.#watchTime(entry);
    }
    connection.confirmed(verdict);
  }

  #watchTime(entry: Entry): void {
    entry.dueAt = undefined;
    if (!Number.isFinite(entry.until)) return;
    const now = this.#trust.clock.now();
    entry.dueAt = Math.max(secondAfter(entry.until), secondAfter(now));
    this.#deadlines.add(entry.dueAt, entry);
    this.#arm();
  }

  #arm(): void {
    const next = this.#deadlines.nextDueAt();
    if (next === undefined || next >= this.#armedFor) return;
    this.#disarm?.();
    this.#armedFor = next;
    const leftMs = next - this.#trust.clock.now();
    this.#disarm = this.#trust.clock.after(Math.min(leftMs, lookMs), () => this.#due());
  }

  #due(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#trust.clock.now();
    for (let due = this.#deadlines.takeDue(now); due !== undefined; due = this.#deadlines.takeDue(now)) {
      const { dueAt, item } = due;
      // A deadline may be out of date: its connection has closed, or has another one.
      if (item.connection === undefined || item.dueAt !== dueAt) continue;
      item.dueAt = undefined;
      this.#enqueue([item]);
    }
    this.#arm();
  }
}

/**
 * The first moment at which a time has passed for the judge: it counts in whole seconds, as certificates and lists do, and the last one
 * counts to its end (RFC 5280 §4.1.2.5).
 */
function secondAfter(time: number): number {
  return (Math.floor(time / 1_000) + 1) * 1_000;
}
