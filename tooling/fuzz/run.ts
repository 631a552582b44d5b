import { fileURLToPath } from 'node:url';
import { pick, positiveNumber, readCommandLine } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { type FuzzRun, fuzz } from './fuzz.ts';
import type { FuzzTarget } from './target.ts';

const usage = `pnpm fuzz [target …] [--seconds N] [--seed N] [--json]

Fuzzes the targets, each for N seconds (default 10) in a process of its own; with no name all of them. Finds throws,
hangs, crashes and leaks, writes their inputs to .cache/fuzz, and first runs again what is in tooling/fuzz/corpus.
Example: pnpm fuzz sip-message --seconds 60`;

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
    seed: { type: 'string' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const seconds = positiveNumber(values, 'seconds') ?? 10;
  const seed = positiveNumber(values, 'seed') ?? 1 + (Date.now() % 0x7fffffff);
  const folder = setting.folder ?? here('./targets/');
  const found = pick(await discover<FuzzTarget>(folder, 'target'), names);
  const runs: FuzzRun[] = [];
  for (const { name, file } of found) {
    const run = await fuzz({
      name,
      file,
      seconds,
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
