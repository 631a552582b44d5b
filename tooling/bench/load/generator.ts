import { CallCaller } from './call-caller.ts';
import { openCalled } from './called.ts';
import { Caller } from './caller.ts';
import type { LoadConnection } from './load-connection.ts';
import type { LoadNotice, LoadOrder, LoadPair, LoadReport } from './order.ts';

/** The generator's process: callers and called, both; one order, one report. */
process.once('message', (order: LoadOrder) => {
  measure(order).then(
    (report) => tell({ type: 'report', report }),
    (fault: Error) => tell({ type: 'fault', message: fault.stack ?? fault.message }),
  );
});
process.once('disconnect', () => process.exit(0));

function tell(notice: LoadNotice): void {
  process.send?.(notice);
}

async function measure(order: LoadOrder): Promise<LoadReport> {
  const called: LoadConnection[] = [];
  const callers: AnyCaller[] = [];
  for (const pair of order.pairs) {
    const from = pair.localAddress === undefined ? {} : { localAddress: pair.localAddress };
    called.push(await openCalled({ ...order.called, ...from }, pair));
    callers.push(await openCaller({ ...order, caller: { ...order.caller, ...from } }, pair));
  }
  tell({ type: 'ready' });
  const run = new Run(order, callers);
  const broken = new Promise<never>((_, reject) => {
    for (const side of called) side.ended = (why) => reject(new Error(`called: ${why}`));
    for (const side of callers) side.watch((why) => reject(new Error(`caller: ${why}`)));
  });
  const report = await Promise.race([run.whole(), broken]);
  for (const side of [...called, ...callers]) side.close();
  return report;
}

type AnyCaller = Caller | CallCaller;

function openCaller(
  { caller, messageBytes, what = 'message' }: LoadOrder,
  pair: LoadPair,
): Promise<AnyCaller> {
  return what === 'message'
    ? Caller.open(caller, pair, messageBytes)
    : CallCaller.open(caller, pair, what === 'call');
}

/** Callers whose loops begin together, and how long after those before. */
const beginAtOnce = 5;
const beginEveryMs = 10;
/** Latencies are kept for this many of the last requests sent. */
const ringSize = 1 << 20;

class Run {
  readonly #order: LoadOrder;
  readonly #callers: readonly AnyCaller[];
  readonly #sentAt = new Float64Array(ringSize);
  readonly #latencies: number[] = [];
  readonly #refused = new Map<string, number>();
  #sequence = 100_000;
  #open = 0;
  #completed = 0;
  #begun = 0;
  #leftOut = 0;
  #counting = false;
  #sending = true;

  constructor(order: LoadOrder, callers: readonly AnyCaller[]) {
    this.#order = order;
    this.#callers = callers;
    for (const caller of callers) {
      caller.finished = (sequence, statusLine) => this.#finish(caller, sequence, statusLine);
    }
  }

  async whole(): Promise<LoadReport> {
    const { inFlight, ratePerSecond, warmUpMs, measureMs } = this.#order;
    if (ratePerSecond === undefined) {
      await this.#begin(inFlight);
    } else {
      this.#pace(ratePerSecond);
    }
    await sleep(warmUpMs);
    tell({ type: 'measuring' });
    this.#counting = true;
    const cpu = process.cpuUsage();
    const started = performance.now();
    await sleep(measureMs);
    this.#counting = false;
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const generatorShare = (user + system) / 1e6 / seconds;
    await this.#drain();
    const latencyMs = ratePerSecond === undefined ? null : percentiles(this.#latencies);
    const refused = Object.fromEntries(this.#refused);
    const inDialogs = { sent: 0, succeeded: 0 };
    for (const caller of this.#callers) {
      if (!(caller instanceof CallCaller)) continue;
      inDialogs.sent += caller.inDialogs.sent;
      inDialogs.succeeded += caller.inDialogs.succeeded;
    }
    return {
      completed: this.#completed,
      refused,
      lost: this.#open,
      begun: this.#begun,
      leftOut: this.#leftOut,
      inDialogs,
      seconds,
      generatorShare,
      latencyMs,
    };
  }

  /** A few at a time: Kamailio loses calls of a hundred callers who all begin in the same millisecond, and their loops with them. */
  async #begin(inFlight: number): Promise<void> {
    for (const [index, caller] of this.#callers.entries()) {
      if (index % beginAtOnce === 0) await sleep(beginEveryMs);
      for (let i = 0; i < inFlight; i += 1) this.#send(caller);
    }
  }

  #send(caller: AnyCaller): void {
    this.#sequence += 1;
    this.#open += 1;
    if (this.#counting) this.#begun += 1;
    if (this.#order.ratePerSecond !== undefined) this.#sentAt[this.#sequence % ringSize] = performance.now();
    caller.send(this.#sequence);
  }

  #finish(caller: AnyCaller, sequence: number, statusLine: string | undefined): void {
    this.#open -= 1;
    if (this.#counting) {
      if (statusLine !== undefined) this.#refused.set(statusLine, (this.#refused.get(statusLine) ?? 0) + 1);
      else this.#completed += 1;
      if (this.#order.ratePerSecond !== undefined) {
        this.#keepLatency(performance.now() - (this.#sentAt[sequence % ringSize] as number));
      }
    }
    if (this.#sending && this.#order.ratePerSecond === undefined) this.#send(caller);
  }

  /** Of a run that lasts hours a sample is kept. */
  #keepLatency(ms: number): void {
    if (this.#latencies.length < ringSize) this.#latencies.push(ms);
    else this.#latencies[Math.floor(Math.random() * ringSize)] = ms;
  }

  /** Open loop: what is due is sent, whether or not the answers keep up; up to the number that may be under way, where there is one. */
  #pace(ratePerSecond: number): void {
    const { mostOpen = Number.POSITIVE_INFINITY } = this.#order;
    const started = performance.now();
    let sent = 0;
    const turn = (): void => {
      if (!this.#sending) return;
      const due = Math.floor(((performance.now() - started) / 1000) * ratePerSecond);
      for (; sent < due; sent += 1) {
        if (this.#open < mostOpen) this.#send(this.#callers[sent % this.#callers.length] as AnyCaller);
        else if (this.#counting) this.#leftOut += 1;
      }
      setTimeout(turn, 1);
    };
    turn();
  }

  async #drain(): Promise<void> {
    this.#sending = false;
    for (let i = 0; i < 40 && this.#open > 0; i += 1) await sleep(50);
  }
}

function percentiles(values: number[]): { readonly p50: number; readonly p99: number } {
  values.sort((a, b) => a - b);
  const at = (share: number): number =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
