/**
 * What a benchmark is. A file `tooling/bench/suites/<name>.ts` exports it as `suite`. What counts is the ratio to
 * something measured in the same run on the same machine; absolute figures only describe the machine.
 */

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

export interface BenchOutcome {
  readonly results: readonly BenchResult[];
  /**
   * What went wrong in it (messages were lost, nothing came back, …). Not empty → exit 1: a number from an invalid run is worse than none.
   */
  readonly invalid: readonly string[];
  /**
   * Why the figures say nothing although nothing went wrong: the machine had no room for the generator beside the server, or changed its
   * speed. Not empty → exit 1, unless the run is short: the figures of a short run say nothing anyway, and it shows that all of it works.
   */
  readonly disturbed?: readonly string[];
  /** What could not be measured here, and why; the run stands without it. */
  readonly skipped?: readonly string[];
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
  /** The only part of the suite that is run; undefined: all of them. One of {@link BenchSuite.parts}. */
  readonly part?: string | undefined;
  readonly log: (line: string) => void;
}

export interface BenchSuite {
  readonly name: string;
  /** Left out of a short run of everything: it runs there only where it is named. */
  readonly onlyNamedInShort?: true;
  /** Left out of every run of everything. */
  readonly onlyNamed?: true;
  /** Options that are for few suites. */
  readonly takes?: readonly ('commit' | 'minutes' | 'write')[];
  /** What it consists of, where a part can be run by itself. */
  readonly parts?: readonly string[];
  run(options: BenchOptions): Promise<BenchOutcome> | BenchOutcome;
}

/** An aim on the ratio or on the value itself. */
export type Aim =
  | { readonly ratioAtLeast: number }
  | { readonly ratioAtMost: number }
  | { readonly atLeast: number }
  | { readonly atMost: number };

/**
 * Builds a {@link BenchResult}: computes the ratio and judges the aim, so that no suite does it by hand.
 *
 * @param what What was measured, e.g. `MESSAGE + 200 relayed`.
 * @param value The figure.
 * @param unit Its unit, e.g. `/s`, `µs`, `kB`.
 * @param compare The comparison and the aim, where there are any.
 * @throws Error when an aim on the ratio has nothing to compare with.
 */
export function measured(
  what: string,
  value: number,
  unit: string,
  compare: { readonly against?: Against; readonly aim?: Aim } = {},
): BenchResult {
  const { against: compared } = compare;
  const against = compared === undefined ? null : { what: compared.what, value: round(compared.value) };
  const ratio = compared === undefined ? null : round(value / compared.value);
  const { aim } = compare;
  if (aim === undefined) return { what, value: round(value), unit, against, ratio, aim: null, ok: true };
  const base = { what, value: round(value), unit, against, ratio };
  if ('atLeast' in aim) return { ...base, aim: `≥ ${aim.atLeast} ${unit}`, ok: value >= aim.atLeast };
  if ('atMost' in aim) return { ...base, aim: `≤ ${aim.atMost} ${unit}`, ok: value <= aim.atMost };
  if (ratio === null)
    throw new Error(`"${what}" aims at a ratio but is compared with nothing: pass \`against\``);
  if ('ratioAtLeast' in aim)
    return { ...base, aim: `ratio ≥ ${aim.ratioAtLeast}`, ok: ratio >= aim.ratioAtLeast };
  return { ...base, aim: `ratio ≤ ${aim.ratioAtMost}`, ok: ratio <= aim.ratioAtMost };
}

/** Four significant figures: more would claim a precision that no benchmark here has. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
