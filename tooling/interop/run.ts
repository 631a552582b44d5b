import { fileURLToPath } from 'node:url';
import { pick, readCommandLine } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import type { InteropScenario, InteropStep } from './scenario.ts';

const usage = `pnpm interop [name …] [--json]

Runs foreign programs against the network; with no name every scenario. A program that is not installed fails its
scenario and says how to get it.
Example: pnpm interop baresip`;

/** One scenario in the report. */
export interface InteropRun {
  readonly name: string;
  readonly ok: boolean;
  readonly steps: readonly InteropStep[];
}

/** Where this run differs from the command's: tests pass their own folder. */
export interface InteropSetting {
  readonly folder?: string;
}

/**
 * The interop runner.
 *
 * @throws UsageFault for an unknown scenario.
 */
export async function runInterop(
  argv: readonly string[],
  { log }: Output,
  setting: InteropSetting = {},
): Promise<Outcome> {
  const { names, help } = readCommandLine(argv);
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const folder = setting.folder ?? fileURLToPath(new URL('./scenarios/', import.meta.url));
  const found = pick(await discover<InteropScenario>(folder, 'scenario'), names);
  const runs: InteropRun[] = [];
  for (const entry of found) {
    log(`${entry.name} …`);
    const run = await runOne(entry.name, () => entry.load(), log);
    for (const step of run.steps) log(`  ${step.ok ? '✓' : '✗'} ${step.name}: ${step.detail}`);
    runs.push(run);
  }
  const ok = runs.every((run) => run.ok);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

async function runOne(
  name: string,
  load: () => Promise<InteropScenario>,
  log: (line: string) => void,
): Promise<InteropRun> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    const scenario = await load();
    const timeoutMs = scenario.timeoutMs ?? 120_000;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        controller.abort(new Error('over its time'));
        reject(new Error(`the scenario took longer than ${timeoutMs} ms`));
      }, timeoutMs);
    });
    const steps = await Promise.race([scenario.run({ log, signal: controller.signal }), late]);
    if (steps.length === 0) return failed(name, 'the scenario reported no step');
    return { name, ok: steps.every((step) => step.ok), steps };
  } catch (fault) {
    return failed(name, (fault as Error).stack ?? String(fault));
  } finally {
    clearTimeout(timer);
  }
}

function failed(name: string, detail: string): InteropRun {
  return { name, ok: false, steps: [{ name: 'the scenario ran to its end', ok: false, detail }] };
}
