import { Child } from '../process/child.ts';
import { cores } from '../process/pinned.ts';
import { processorMicros } from '../process/processor-time.ts';
import { sum } from '../statistics.ts';
import type { Reasons } from '../suite.ts';
import type {
  ClientOrder,
  Done,
  HoldOrder,
  LoadReport,
  OpenOrder,
  StormOrder,
  StormReport,
  Work,
} from './order.ts';

/** Clients that use more of their core than this measure themselves. */
const maxGeneratorShare = 0.85;

/** What one measurement found, with the server's side of it. */
export interface Measurement extends LoadReport, Reasons {
  readonly perSecond: number;
  /** Processor time of the server for one transaction, in microseconds; undefined where the platform does not tell. */
  readonly serverMicros: number | undefined;
}

/** Clients in a process of their own, on the generator's core; their connections end with it. */
export class Clients implements AsyncDisposable {
  readonly #child: Child;
  readonly #what: string;

  private constructor(what: string, child: Child) {
    this.#what = what;
    this.#child = child;
  }

  /** @param what - whose figures these are, for the reasons */
  static async start(what: string): Promise<Clients> {
    const script = new URL('./client-process.ts', import.meta.url);
    return new Clients(what, await Child.start(script, { core: cores.generator }));
  }

  /** Connects both sides of further pairs. */
  async open({ called, caller, pairs, what = 'message' }: OpenOrder): Promise<void> {
    await this.#ask({ open: { called, caller, pairs, what } });
  }

  /** Closes the pairs behind the first so many. */
  async keep(pairs: number): Promise<void> {
    await this.#ask({ keep: pairs });
  }

  /**
   * Measures over the pairs that are open.
   *
   * @param serverPid - the process that is measured
   * @param measuring - called when warming up is over
   */
  async measure(work: Work, serverPid: number, measuring: () => void = () => {}): Promise<Measurement> {
    const { inFlight = 1, measureMs, mostOpen, ratePerSecond, warmUpMs = 0 } = work;
    const open = mostOpen === undefined ? {} : { mostOpen };
    let before: number | undefined;
    const report = await this.#ask<LoadReport>(
      { measure: { inFlight, measureMs, ratePerSecond, warmUpMs, ...open } },
      () => {
        before = processorMicros(serverPid);
        measuring();
      },
    );
    return judge(this.#what, report, before, processorMicros(serverPid), work);
  }

  /** @throws Error unless all of these transactions are completed */
  async complete(count: number): Promise<void> {
    demand(await this.#ask<Done>({ complete: count }), count);
  }

  /** @throws Error unless the connections are open, at least `wanted` where more were to be held before */
  async hold(hold: HoldOrder, wanted = hold.upTo): Promise<void> {
    demand(await this.#ask<Done>({ hold }), wanted);
  }

  storm(storm: StormOrder): Promise<StormReport> {
    return this.#ask({ storm });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }

  #ask<Answer>(order: ClientOrder, measuring?: () => void): Promise<Answer> {
    return this.#child.ask<Answer>(order, measuring).catch((fault: Error) => {
      throw new Error(`${this.#what}: ${fault.message}`);
    });
  }
}

/** A server that is measured, and who loads it. */
export interface Loaded {
  /** Whose figure this is, for the log and for reasons. */
  readonly what: string;
  readonly pid: number;
  readonly sides: OpenOrder;
}

/** What a measurement reports while it runs. */
export interface Listening {
  readonly log?: (line: string) => void;
  /** Called when warming up is over. */
  readonly measuring?: () => void;
}

/**
 * Runs one measurement with clients in a process of their own.
 *
 * @throws Error when the clients cannot do what they are told, with their own words
 */
export async function runLoad(
  { pid, sides, what }: Loaded,
  work: Work,
  { log, measuring }: Listening = {},
): Promise<Measurement> {
  const { ratePerSecond: rate } = work;
  log?.(`  ${what}, ${rate === undefined ? 'closed loop' : `${rate} a second`} …`);
  await using clients = await Clients.start(what);
  await clients.open(sides);
  return await clients.measure(work, pid, measuring);
}

/** The least processor time for a transaction in several turns: what else runs on the machine only ever adds. */
export function quietest(turns: readonly Measurement[]): number {
  return Math.min(...turns.map(({ serverMicros = Number.NaN }) => serverMicros));
}

/** Transactions that did not end with 200. */
export function failedOf({ lost, refused }: LoadReport): number {
  return lost + sum(Object.values(refused));
}

function demand({ count, refused }: Done, wanted: number): void {
  if (count >= wanted && refused.length === 0) return;
  throw new Error(`${count} of ${wanted}, ${refused.length} refused: ${refused[0] ?? ''}`);
}

function judge(
  what: string,
  report: LoadReport,
  before: number | undefined,
  after: number | undefined,
  { ratePerSecond }: Work,
): Measurement {
  const invalid: string[] = [];
  const disturbed: string[] = [];
  const percent = Math.round(report.generatorShare * 100);
  // At a fixed rate below the maximum the generator's share says nothing about the server.
  if (ratePerSecond === undefined && report.generatorShare > maxGeneratorShare)
    disturbed.push(`${what}: the generator used ${percent} % of its core, so it measured itself`);
  if (report.completed === 0) invalid.push(`${what}: nothing came back`);
  if (report.lost > 0) invalid.push(`${what}: ${report.lost} transactions were lost`);
  for (const [status, count] of Object.entries(report.refused))
    if (count > report.completed / 1000) invalid.push(`${what}: ${count} times "${status}"`);
  const serverMicros =
    before === undefined || after === undefined || report.completed === 0
      ? undefined
      : (after - before) / report.completed;
  return { ...report, perSecond: report.completed / report.seconds, serverMicros, invalid, disturbed };
}
