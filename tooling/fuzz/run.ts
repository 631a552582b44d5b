import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pick, positiveNumber, readCommandLine } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { maxSeed, randomSeed } from '../seed/random-seed.ts';
import { type FuzzRun, fuzz } from './fuzz.ts';
import type { FuzzTarget } from './target.ts';

const usage = `pnpm fuzz [target …] [--seconds N] [--mutants N] [--first] [--seed N] [--json]

Fuzzes the targets, each for N seconds (default 10) in a process of its own; with no name all of them. Finds throws,
hangs, crashes and leaks, and writes their inputs to .cache/fuzz. The inputs in tooling/fuzz/corpus run first.
--mutants N runs N mutants instead, however long they take. --first ends a target at its first finding.
The seed is --seed or ENTENTE_SEED; without either it is fixed in CI and drawn elsewhere.
Example: pnpm fuzz sip-message --seconds 60`;

/** With a number of mutants, the time only ends what hangs. */
const secondsForMutants = 600;

/** Where this run differs from the command's: tests pass their own folders. */
export interface FuzzSetting {
  readonly folder?: string;
  readonly corpus?: string;
  readonly found?: string;
}

/**
 * The fuzz runner.
 *
 * @throws UsageFault for an unknown target or a bad number.
 */
export async function runFuzz(
  argv: readonly string[],
  { log }: Output,
  setting: FuzzSetting = {},
): Promise<Outcome> {
  const { names, help, values } = readCommandLine(argv, {
    seconds: { type: 'string' },
    mutants: { type: 'string' },
    first: { type: 'boolean' },
    seed: { type: 'string' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const mutants = positiveNumber(values, 'mutants');
  const seconds = positiveNumber(values, 'seconds') ?? (mutants === undefined ? 10 : secondsForMutants);
  const seed = positiveNumber(values, 'seed') ?? randomSeed(process.env, () => randomInt(1, maxSeed));
  const folder = setting.folder ?? here('./targets/');
  const found = pick(await discover<FuzzTarget>(folder, 'target'), names);
  const runs: FuzzRun[] = [];
  for (const { name, file } of found) {
    const run = await fuzz({
      name,
      file,
      seconds,
      ...(mutants === undefined ? {} : { mutants }),
      first: values.first === true,
      seed,
      regressions: `${setting.corpus ?? here('./corpus/')}/${name}`,
      found: setting.found ?? here('../../.cache/fuzz/'),
    });
    const sign = run.findings.length === 0 ? '✓' : '✗';
    const count = `${run.executions} executions in ${run.seconds} s, ${run.findings.length} findings`;
    log(`${sign} ${name}: ${count} (seed ${seed})`);
    for (const finding of run.findings) {
      const kept = finding.file === null ? '' : `\n    input: ${finding.file}`;
      log(`  ✗ ${finding.kind}: ${finding.message}${kept}`);
    }
    runs.push(run);
  }
  const ok = runs.every((run) => run.findings.length === 0 && run.executions > 0);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
