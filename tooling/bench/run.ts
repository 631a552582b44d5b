import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pick, positiveNumber, readCommandLine, UsageFault } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { Bench, type BenchOptions, type BenchResult, type BenchSuite, type Measure } from './suite.ts';

const usage = `pnpm bench [name …] [--seconds N] [--short] [--strict] [--json]
pnpm bench watch [--commit]
pnpm bench profile [--write FOLDER]
pnpm bench soak [--minutes N]
pnpm bench scale|failover [--part NAME]

Measures, each figure against something measured in the same run. Exit status 1 when a run is invalid or was disturbed
by what else the machine did; with --strict also when an aim is missed. --short is a smoke run, whose figures say nothing, so
that it does not matter what disturbs it; one of everything leaves out the suites that take too long for it.
watch compares with a committed figure, and runs only where it is named; --commit writes that figure.
profile writes a flame graph and its table into a folder.
soak holds a load for an hour, or for as many minutes as it is told, and runs only where it is named.
scale and failover have parts, each of which can be run by itself; an unknown one is answered with their names.
Example: pnpm bench proxy --seconds 10`;

/** The machine that the figures belong to. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly node: string;
  readonly openssl: string;
  readonly platform: string;
}

/** One benchmark in the report. */
export interface BenchRun {
  readonly name: string;
  readonly machine: Machine;
  readonly results: readonly BenchResult[];
  readonly invalid: readonly string[];
  readonly disturbed: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * The benchmark runner.
 *
 * @param suites - by name, loaded only when they are run; default those of `suites/`
 * @throws UsageFault for an unknown name or a bad number
 */
export async function runBench(
  argv: readonly string[],
  { log }: Output,
  suites?: readonly Loadable[],
): Promise<Outcome> {
  const { names, help, values } = readCommandLine(argv, {
    seconds: { type: 'string' },
    short: { type: 'boolean' },
    strict: { type: 'boolean' },
    commit: { type: 'boolean' },
    minutes: { type: 'string' },
    write: { type: 'string' },
    part: { type: 'string' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const short = values.short === true;
  const folder = fileURLToPath(new URL('./suites/', import.meta.url));
  const found = pick(suites ?? (await discover<BenchSuite>(folder, 'suite')), names);
  const part = values.part as string | undefined;
  const named = names.length === 0 ? [] : found;
  for (const option of ['commit', 'minutes', 'write', 'part'] as const)
    if (values[option] !== undefined)
      demandTaken(option, part, await Promise.all(named.map((entry) => entry.load())));
  const options: BenchOptions = {
    seconds: positiveNumber(values, 'seconds') ?? (short ? 1 : 5),
    short,
    commit: values.commit === true,
    minutes: positiveNumber(values, 'minutes'),
    write: values.write as string | undefined,
    log,
  };
  const machine = describeMachine();
  const runs: BenchRun[] = [];
  for (const entry of found) {
    log(`${entry.name} …`);
    const { disturbed, invalid, results, skipped } = await runOne(entry, options, names.length > 0, part);
    for (const result of results) log(line(result));
    for (const reason of skipped) log(`  – skipped: ${reason}`);
    for (const reason of invalid) log(`  ✗ invalid: ${reason}`);
    for (const reason of disturbed) log(`  ${short ? '–' : '✗'} disturbed: ${reason}`);
    runs.push({ name: entry.name, machine, results, invalid, disturbed, skipped });
  }
  // Once more at the end: that is what a reader of a long log sees.
  if (runs.length > 1)
    for (const { name, invalid, disturbed } of runs) {
      for (const reason of invalid) log(`✗ ${name} is invalid: ${reason}`);
      for (const reason of disturbed) log(`${short ? '–' : '✗'} ${name} was disturbed: ${reason}`);
    }
  const ok = runs.every(
    ({ disturbed, invalid, results }) =>
      invalid.length === 0 &&
      (short || disturbed.length === 0) &&
      (values.strict !== true || results.every((result) => result.ok)),
  );
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

/** A suite that is loaded when it is run. */
interface Loadable {
  readonly name: string;
  load(): Promise<BenchSuite>;
}

/** @throws UsageFault unless one of the named suites takes the option, or the only one has the part */
function demandTaken(
  option: 'commit' | 'minutes' | 'write' | 'part',
  part: string | undefined,
  named: readonly BenchSuite[],
): void {
  if (option !== 'part') {
    if (named.some(({ takes }) => takes?.includes(option))) return;
    throw new UsageFault(`--${option} is for a suite that takes it, which is to be named; see --help`);
  }
  const [only, ...others] = named;
  const parts = others.length > 0 || typeof only?.measure !== 'object' ? [] : Object.keys(only.measure);
  if (parts.includes(part ?? '')) return;
  throw new UsageFault(
    parts.length === 0
      ? '--part is for one suite that has parts, which is to be named; see --help'
      : `${only?.name} has no part "${part}"; it has: ${parts.join(', ')}`,
  );
}

async function runOne(
  entry: Loadable,
  options: BenchOptions,
  isNamed: boolean,
  part: string | undefined,
): Promise<Bench> {
  const bench = new Bench(options);
  try {
    const { measure, name, onlyNamed, onlyNamedInShort } = await entry.load();
    if (!isNamed && onlyNamed === true) {
      bench.skipped.push(`runs only where it is named: pnpm bench ${name}`);
      return bench;
    }
    if (!isNamed && options.short && onlyNamedInShort === true) {
      bench.skipped.push(`a short run of everything leaves it out; name it: pnpm bench ${name} --short`);
      return bench;
    }
    for (const one of measuresOf(measure, part)) await one(bench);
    for (const { value, what } of bench.results)
      bench.demand(Number.isFinite(value), `"${what}" is not a number`);
    bench.demand(bench.results.length + bench.invalid.length > 0, 'nothing was measured');
  } catch (fault) {
    if (fault instanceof UsageFault) throw fault;
    bench.invalid.push((fault as Error).stack ?? String(fault));
  }
  return bench;
}

function measuresOf(measure: BenchSuite['measure'], part: string | undefined): readonly Measure[] {
  if (typeof measure === 'function') return [measure];
  return Object.entries(measure).flatMap(([name, one]) => (part === undefined || part === name ? [one] : []));
}

function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryMb: Math.round(totalmem() / 1048576),
    node: process.version,
    openssl: process.versions.openssl,
    platform: `${process.platform} ${process.arch}`,
  };
}

function line(result: BenchResult): string {
  const { what, value, unit, against, ratio, aim, ok } = result;
  const figure = `  ${aim === null ? '·' : ok ? '✓' : '✗'} ${what}: ${value} ${unit}`;
  const compared =
    against === null ? '' : `, ${ratio} × ${against.what} (${Number(against.value.toPrecision(4))})`;
  return `${figure}${compared}${aim === null ? '' : `, aim ${aim}`}`;
}
