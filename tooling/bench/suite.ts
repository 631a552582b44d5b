import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a benchmark is. A file `tooling/bench/suites/<name>.ts` exports it as `suite`; it says what is started, under which load, and which
 * figures count. Everything else is the runner's. What counts is the ratio to something measured in the same run on the same machine;
 * absolute figures only describe the machine.
 */
export interface BenchSuite {
  readonly name: string;
  /** Left out of a short run of everything: it runs there only where it is named. */
  readonly onlyNamedInShort?: true;
  /** Left out of every run of everything. */
  readonly onlyNamed?: true;
  /** Options that are for few suites. */
  readonly takes?: readonly ('commit' | 'minutes' | 'write')[];
  /** All of it, or parts that can be run by themselves, one after the other. */
  readonly measure: Measure | Readonly<Record<string, Measure>>;
}

/** Measures, and tells a {@link Bench} what it found. */
export type Measure = (bench: Bench) => Promise<void> | void;

/** What a figure is compared with, measured in the same run. */
export interface Against {
  readonly what: string;
  readonly value: number;
}

/** One figure of the report. */
export interface BenchResult {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `null` when the figure stands alone. */
  readonly against: Against | null;
  /** `value / against.value`, `null` without a comparison. */
  readonly ratio: number | null;
  /** The aim in words, e.g. `ratio ≥ 0.75`; `null` for a figure that is only reported. */
  readonly aim: string | null;
  /** Whether the aim is met; `true` where there is none. */
  readonly ok: boolean;
}

/** An aim on the ratio or on the value itself. */
export type Aim = Partial<Record<'ratioAtLeast' | 'ratioAtMost' | 'atLeast' | 'atMost', number>>;

/** What a figure is compared with, and what it should be. */
export interface Compared {
  readonly against?: Against | undefined;
  readonly aim?: Aim | undefined;
}

export interface BenchOptions {
  /** How long one measurement should take, in seconds (default 5; 1 in a short run). */
  readonly seconds: number;
  /** A smoke run: keep every step, make each as small as it can be. */
  readonly short: boolean;
  /** The figure that was found is to be committed; only for a suite that takes it. */
  readonly commit: boolean;
  /** How long a run lasts, in minutes; only for a suite that takes it. */
  readonly minutes?: number | undefined;
  /** Folder to write to; only for a suite that takes it. */
  readonly write: string | undefined;
  readonly log: (line: string) => void;
}

/** Reasons for which figures do not count. */
export interface Reasons {
  /**
   * What went wrong (messages were lost, nothing came back, …). Not empty → exit 1: a number from an invalid run is worse than none.
   */
  readonly invalid: readonly string[];
  /**
   * Why the figures say nothing although nothing went wrong: the machine had no room for the generator beside the server, or changed its
   * speed. Not empty → exit 1, unless the run is short: the figures of a short run say nothing anyway, and it shows that all of it works.
   */
  readonly disturbed: readonly string[];
}

/** What is measured again this many times stays as it is. */
const mostTimes = 3;

/** One run of a suite: its options, and what it has found until now. */
export class Bench implements Reasons {
  readonly options: BenchOptions;
  readonly seconds: number;
  readonly short: boolean;
  readonly log: (line: string) => void;
  readonly results: BenchResult[] = [];
  readonly invalid: string[] = [];
  readonly disturbed: string[] = [];
  /** What could not be measured here, and why; the run stands without it. */
  readonly skipped: string[] = [];

  constructor(options: BenchOptions) {
    this.options = options;
    this.seconds = options.seconds;
    this.short = options.short;
    this.log = options.log;
  }

  /**
   * Adds a figure: computes its ratio and judges its aim, so that no suite does it by hand.
   *
   * @param what - what was measured, e.g. `MESSAGE + 200 relayed`
   * @param value - the figure
   * @param unit - its unit, e.g. `/s`, `µs`, `kB`
   * @param compared - the comparison and the aim, where there are any
   * @throws Error when an aim on the ratio has nothing to compare with
   */
  figure(what: string, value: number, unit: string, compared: Compared = {}): BenchResult {
    const result = measured(what, value, unit, compared);
    this.results.push(result);
    return result;
  }

  /** Makes the run invalid unless something holds. */
  demand(holds: boolean, otherwise: string): void {
    if (!holds) this.invalid.push(otherwise);
  }

  /** What makes measurements invalid, or disturbs them, counts for the run. */
  count(...measurements: readonly Reasons[]): void {
    for (const { disturbed, invalid } of measurements) {
      this.invalid.push(...invalid);
      this.disturbed.push(...disturbed);
    }
  }

  /**
   * Measures again, three times at most, what gives a reason to: what else a machine does comes and goes within seconds.
   *
   * @param measure - given a run of its own; the last one counts
   * @param reasons - why it is measured again; default that it is invalid or disturbed
   */
  async repeat(
    measure: (attempt: Bench) => Promise<void>,
    reasons: (attempt: Bench) => readonly string[] = reasonsOf,
  ): Promise<Bench> {
    const last = await repeated(
      async () => {
        const attempt = new Bench(this.options);
        await measure(attempt);
        return attempt;
      },
      reasons,
      this.log,
    );
    this.count(last);
    this.results.push(...last.results);
    this.skipped.push(...last.skipped);
    return last;
  }

  /** As {@link repeat}, of one measurement whose figures are used later. */
  repeated<Measurement extends Reasons>(measure: () => Promise<Measurement>): Promise<Measurement> {
    return repeated(measure, reasonsOf, this.log);
  }
}

function reasonsOf({ disturbed, invalid }: Reasons): readonly string[] {
  return [...invalid, ...disturbed];
}

async function repeated<Found>(
  measure: () => Promise<Found>,
  reasons: (found: Found) => readonly string[],
  log: (line: string) => void,
): Promise<Found> {
  for (let time = 1; ; time += 1) {
    const found = await measure();
    const why = reasons(found);
    if (time === mostTimes || why.length === 0) return found;
    log(`  measured again, ${time} of ${mostTimes} times: ${why.join('; ')}`);
  }
}

function measured(what: string, value: number, unit: string, { against, aim }: Compared): BenchResult {
  const compared = {
    what,
    value: round(value),
    unit,
    against: against === undefined ? null : { what: against.what, value: round(against.value) },
    ratio: against === undefined ? null : round(value / against.value),
  };
  const [[kind, bound] = []] = Object.entries(aim ?? {});
  if (kind === undefined || bound === undefined) return { ...compared, aim: null, ok: true };
  const isRatio = kind.startsWith('ratio');
  const judged = isRatio ? compared.ratio : value;
  if (judged === null)
    throw new Error(`"${what}" aims at a ratio but is compared with nothing: pass \`against\``);
  const isLeast = kind.endsWith('Least');
  const words = `${isLeast ? '≥' : '≤'} ${bound}`;
  return {
    ...compared,
    aim: isRatio ? `ratio ${words}` : `${words} ${unit}`,
    ok: isLeast ? judged >= bound : judged <= bound,
  };
}

/** Four significant figures: more would claim a precision that no benchmark here has. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** A folder for temporary files, which is removed with all that is in it when it is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** @param what - part of its name */
export async function temporaryFolder(what: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `entente-${what}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
