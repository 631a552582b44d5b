import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pick, positiveNumber, readCommandLine, UsageFault } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import type { BenchOptions, BenchOutcome, BenchResult, BenchSuite } from './suite.ts';

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

/** Where this run differs from the command's: tests pass their own folder. */
export interface BenchSetting {
  readonly folder?: string;
}

/**
 * The benchmark runner.
 *
 * @throws UsageFault for an unknown name or a bad number.
 */
export async function runBench(
  argv: readonly string[],
  { log }: Output,
  setting: BenchSetting = {},
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
  const seconds = positiveNumber(values, 'seconds') ?? (short ? 1 : 5);
  const folder = setting.folder ?? fileURLToPath(new URL('./suites/', import.meta.url));
  const found = pick(await discover<BenchSuite>(folder, 'suite'), names);
  for (const option of ['commit', 'minutes', 'write'] as const) {
    if (values[option] !== undefined) await demandTaken(option, names.length === 0 ? [] : found);
  }
  const part = typeof values.part === 'string' ? values.part : undefined;
  if (part !== undefined) await demandPart(part, names.length === 0 ? [] : found);
  const write = typeof values.write === 'string' ? values.write : undefined;
  const minutes = positiveNumber(values, 'minutes');
  const options: BenchOptions = { seconds, short, commit: values.commit === true, minutes, part, write, log };
  const machine = describeMachine();
  const runs: BenchRun[] = [];
  for (const entry of found) {
    log(`${entry.name} …`);
    const isNamed = names.length > 0;
    const outcome = await runOne(() => entry.load(), options, isNamed);
    const run = { name: entry.name, machine, ...outcome };
    for (const result of run.results) log(line(result));
    for (const reason of run.skipped) log(`  – skipped: ${reason}`);
    for (const reason of run.invalid) log(`  ✗ invalid: ${reason}`);
    for (const reason of run.disturbed) log(`  ${short ? '–' : '✗'} disturbed: ${reason}`);
    runs.push(run);
  }
  // Once more at the end: that is what a reader of a long log sees.
  if (runs.length > 1)
    for (const { name, invalid, disturbed } of runs) {
      for (const reason of invalid) log(`✗ ${name} is invalid: ${reason}`);
      for (const reason of disturbed) log(`${short ? '–' : '✗'} ${name} was disturbed: ${reason}`);
    }
  const valid = runs.every(
    ({ invalid, disturbed }) => invalid.length === 0 && (short || disturbed.length === 0),
  );
  const met = runs.every((run) => run.results.every((result) => result.ok));
  const ok = valid && (met || values.strict !== true);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

/** @throws UsageFault unless one of the named suites takes the option */
async function demandTaken(
  option: 'commit' | 'minutes' | 'write',
  named: readonly { load(): Promise<BenchSuite> }[],
): Promise<void> {
  for (const entry of named) if ((await entry.load()).takes?.includes(option)) return;
  throw new UsageFault(`--${option} is for a suite that takes it, which is to be named; see --help`);
}

/** @throws UsageFault unless it is a part of the only suite that is named */
async function demandPart(
  part: string,
  named: readonly { readonly name: string; load(): Promise<BenchSuite> }[],
): Promise<void> {
  const [only, ...others] = named;
  const parts = only === undefined || others.length > 0 ? [] : ((await only.load()).parts ?? []);
  if (parts.includes(part)) return;
  throw new UsageFault(
    parts.length === 0
      ? '--part is for one suite that has parts, which is to be named; see --help'
      : `${only?.name} has no part "${part}"; it has: ${parts.join(', ')}`,
  );
}

async function runOne(
  load: () => Promise<BenchSuite>,
  options: BenchOptions,
  isNamed: boolean,
): Promise<Required<BenchOutcome>> {
  try {
    const suite = await load();
    if (!isNamed && suite.onlyNamed === true) {
      const why = `runs only where it is named: pnpm bench ${suite.name}`;
      return { results: [], invalid: [], disturbed: [], skipped: [why] };
    }
    if (options.short && !isNamed && suite.onlyNamedInShort === true) {
      const why = `a short run of everything leaves it out; name it: pnpm bench ${suite.name} --short`;
      return { results: [], invalid: [], disturbed: [], skipped: [why] };
    }
    const { results, invalid, disturbed = [], skipped = [] } = await suite.run(options);
    const senseless = results.filter((result) => !Number.isFinite(result.value));
    const reasons = [...invalid, ...senseless.map((result) => `"${result.what}" is not a number`)];
    if (results.length === 0 && reasons.length === 0) reasons.push('nothing was measured');
    return { results, invalid: reasons, disturbed, skipped };
  } catch (fault) {
    if (fault instanceof UsageFault) throw fault;
    return { results: [], invalid: [(fault as Error).stack ?? String(fault)], disturbed: [], skipped: [] };
  }
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
