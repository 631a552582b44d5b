import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pick, positiveNumber, readCommandLine } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { maxSeed, randomSeed } from '../seed/random-seed.ts';
import { type FuzzRun, fuzz } from './fuzz.ts';
import { fuzzServers } from './servers/fuzz-servers.ts';
import type { FuzzTarget } from './target.ts';

const usage = `pnpm fuzz [target … | servers] [--seconds N] [--mutants N] [--first] [--seed N] [--json]

Fuzzes the targets, each for N seconds (default 10) in a process of its own; with no name all of them. Finds throws,
hangs, crashes and leaks, and writes their inputs to .cache/fuzz. The inputs in tooling/fuzz/corpus run first.
With the name "servers" it fuzzes running front ends and an edge over their sockets: as an outsider, as a user and as a partner.
--mutants N runs N mutants instead, however long they take. --first ends a target at its first finding.
The seed is --seed or ENTENTE_SEED; without either it is fixed in CI and drawn elsewhere.
Example: pnpm fuzz sip-message --seconds 60`;

/** Not a function that is called, but servers that run. */
const serversName = 'servers';

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
  const kept = setting.found ?? here('../../.cache/fuzz/');
  const folder = setting.folder ?? here('./targets/');
  const targets = names.filter((name) => name !== serversName);
  const withServers = targets.length < names.length;
  const found =
    withServers && targets.length === 0 ? [] : pick(await discover<FuzzTarget>(folder, 'target'), targets);
  const runs: FuzzRun[] = [];
  if (withServers) {
    const run = await fuzzServers({ seconds, seed, found: kept, onStep: (step) => log(`  ${step}`) });
    report(run, log);
    runs.push(run);
  }
  for (const { name, file } of found) {
    const run = await fuzz({
      name,
      file,
      seconds,
      ...(mutants === undefined ? {} : { mutants }),
      first: values.first === true,
      seed,
      regressions: `${setting.corpus ?? here('./corpus/')}/${name}`,
      found: kept,
    });
    report(run, log);
    runs.push(run);
  }
  const ok = runs.every((run) => run.findings.length === 0 && run.executions > 0);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

function report({ executions, findings, name, seconds, seed }: FuzzRun, log: Output['log']): void {
  const sign = findings.length === 0 ? '✓' : '✗';
  log(
    `${sign} ${name}: ${executions} executions in ${seconds} s, ${findings.length} findings (seed ${seed})`,
  );
  for (const { file, kind, message } of findings)
    log(`  ✗ ${kind}: ${message}${file === null ? '' : `\n    input: ${file}`}`);
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
