import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicros } from '../process/processor-time.ts';
import { quantile } from '../statistics.ts';
import type { Done, LoadReport, Work } from './order.ts';

/** One who begins transactions on a connection of its own. */
export interface LoadCaller {
  /** Called with the end of every transaction: its number, and the status line unless it is 200. */
  finished: (sequence: number, statusLine: string | undefined) => void;
  /** Requests in dialogs, and those of them that were answered with 200. */
  readonly inDialogs?: { readonly sent: number; readonly succeeded: number };
  /** @param sequence - unique over the whole run, above 0 */
  send(sequence: number): void;
  /** @param ended - told when the server closes the connection */
  watch(ended: (why: string) => void): void;
  close(): void;
}

/** Callers whose loops begin together, and how long after those before. */
const beginAtOnce = 5;
const beginEveryMs = 10;
/** Latencies are kept for this many of the last requests sent. */
const ringSize = 1 << 20;
/** Where nothing is answered for so long, what is still open is lost. */
const silenceMs = 10_000;

/** Unique over the life of this process: it is in every branch. */
let lastSequence = 100_000;

/** Transactions of callers, in a closed loop or at a fixed rate. */
export class Load {
  readonly #callers: readonly LoadCaller[];
  readonly #work: Work;
  readonly #sentAt: Float64Array | undefined;
  readonly #latencies: number[] = [];
  readonly #refused = new Map<string, number>();
  #left = Number.POSITIVE_INFINITY;
  #heard: () => void = () => undefined;
  #open = 0;
  #completed = 0;
  #begun = 0;
  #leftOut = 0;
  #counting = false;
  #sending = true;

  constructor(callers: readonly LoadCaller[], work: Work) {
    this.#callers = callers;
    this.#work = work;
    this.#sentAt = work.ratePerSecond === undefined ? undefined : new Float64Array(ringSize);
    for (const caller of callers)
      caller.finished = (sequence, statusLine) => this.#finish(caller, sequence, statusLine);
  }

  /**
   * Counts what is completed in some time.
   * @param measuring - told when that begins
   */
  async measure(measuring: () => void): Promise<LoadReport> {
    const { inFlight = 1, measureMs, ratePerSecond, warmUpMs = 0 } = this.#work;
    if (ratePerSecond === undefined) await this.#begin(inFlight);
    else this.#pace(ratePerSecond);
    await pause(warmUpMs);
    measuring();
    this.#counting = true;
    const cpu = cpuMicros();
    const started = performance.now();
    await pause(measureMs);
    this.#counting = false;
    const seconds = (performance.now() - started) / 1000;
    const generatorShare = (cpuMicros() - cpu) / 1e6 / seconds;
    await this.#drain();
    const inDialogs = { sent: 0, succeeded: 0 };
    for (const { inDialogs: own } of this.#callers) {
      inDialogs.sent += own?.sent ?? 0;
      inDialogs.succeeded += own?.succeeded ?? 0;
    }
    return {
      completed: this.#completed,
      refused: Object.fromEntries(this.#refused),
      lost: this.#open,
      begun: this.#begun,
      leftOut: this.#leftOut,
      inDialogs,
      seconds,
      generatorShare,
      latencyMs:
        ratePerSecond === undefined
          ? null
          : { p50: quantile(this.#latencies, 0.5), p99: quantile(this.#latencies, 0.99) },
    };
  }

  /** Completes a number of transactions, one at a time for each caller. */
  complete(count: number): Promise<Done> {
    this.#left = count;
    this.#counting = true;
    return new Promise((resolve, reject) => {
      const lost = setTimeout(() => reject(new Error(`${this.#open} were not answered`)), silenceMs);
      this.#heard = () => {
        lost.refresh();
        if (this.#open > 0 || this.#left > 0) return;
        clearTimeout(lost);
        const refused = [...this.#refused].flatMap(([line, times]) => Array<string>(times).fill(line));
        resolve({ count: this.#completed, refused });
      };
      for (const caller of this.#callers) this.#send(caller);
    });
  }

  /** A few at a time: Kamailio loses calls of a hundred callers who all begin in the same millisecond, and their loops with them. */
  async #begin(inFlight: number): Promise<void> {
    for (const [index, caller] of this.#callers.entries()) {
      if (index % beginAtOnce === 0) await pause(beginEveryMs);
      for (let i = 0; i < inFlight; i += 1) this.#send(caller);
    }
  }

  #send(caller: LoadCaller): void {
    if (this.#left === 0) return;
    this.#left -= 1;
    lastSequence += 1;
    this.#open += 1;
    if (this.#counting) this.#begun += 1;
    if (this.#sentAt !== undefined) this.#sentAt[lastSequence % ringSize] = performance.now();
    caller.send(lastSequence);
  }

  #finish(caller: LoadCaller, sequence: number, statusLine: string | undefined): void {
    this.#open -= 1;
    if (this.#counting) {
      if (statusLine !== undefined) this.#refused.set(statusLine, (this.#refused.get(statusLine) ?? 0) + 1);
      else this.#completed += 1;
      if (this.#sentAt !== undefined)
        this.#keepLatency(performance.now() - (this.#sentAt[sequence % ringSize] as number));
    }
    if (this.#sending && this.#work.ratePerSecond === undefined) this.#send(caller);
    this.#heard();
  }

  /** Of a run that lasts hours a sample is kept. */
  #keepLatency(ms: number): void {
    if (this.#latencies.length < ringSize) this.#latencies.push(ms);
    else this.#latencies[Math.floor(Math.random() * ringSize)] = ms;
  }

  /** Open loop: what is due is sent, whether or not the answers keep up; up to the number that may be under way, where there is one. */
  #pace(ratePerSecond: number): void {
    const { mostOpen = Number.POSITIVE_INFINITY } = this.#work;
    const started = performance.now();
    let sent = 0;
    const turn = (): void => {
      if (!this.#sending) return;
      const due = Math.floor(((performance.now() - started) / 1000) * ratePerSecond);
      for (; sent < due; sent += 1) {
        if (this.#open < mostOpen) this.#send(this.#callers[sent % this.#callers.length] as LoadCaller);
        else if (this.#counting) this.#leftOut += 1;
      }
      setTimeout(turn, 1);
    };
    turn();
  }

  async #drain(): Promise<void> {
    this.#sending = false;
    for (let i = 0; i < 40 && this.#open > 0; i += 1) await pause(50);
  }
}
