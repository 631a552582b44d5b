import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pick, readCommandLine } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import type { InteropScenario, InteropStep, NeededProgram } from './scenario.ts';

const usage = `pnpm interop [name …] [--no-skip] [--json]

Runs foreign programs against the network; with no name every scenario. A scenario whose program is not installed is
skipped, and says how to get it; with --no-skip it fails.
Example: pnpm interop baresip`;

/** How long a scenario that was aborted may take to end what it started: a test network stops its servers one after the other. */
const endMs = 60_000;

/** One scenario in the report. */
export interface InteropRun {
  readonly name: string;
  readonly ok: boolean;
  readonly steps: readonly InteropStep[];
  /** Why it did not run; `ok` says whether that was allowed. */
  readonly skipped?: string;
}

/** Where this run differs from the command's: tests pass their own folder. */
export interface InteropSetting {
  readonly folder?: string;
  readonly signal?: AbortSignal;
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
  const { names, help, values } = readCommandLine(argv, { 'no-skip': { type: 'boolean' } });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const maySkip = values['no-skip'] !== true;
  const folder = setting.folder ?? fileURLToPath(new URL('./scenarios/', import.meta.url));
  const found = pick(await discover<InteropScenario>(folder, 'scenario'), names);
  const runs: InteropRun[] = [];
  for (const entry of found) {
    if (setting.signal?.aborted === true) break;
    const startedAt = performance.now();
    log(`${entry.name} …`);
    const run = await runOne(entry.name, () => entry.load(), maySkip, log, setting.signal);
    runs.push(run);
    log(`${summary(run)} (${Math.round((performance.now() - startedAt) / 1_000)} s)`);
  }
  const ok = runs.length === found.length && runs.every((run) => run.ok);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

async function runOne(
  name: string,
  load: () => Promise<InteropScenario>,
  maySkip: boolean,
  log: (line: string) => void,
  outer: AbortSignal | undefined,
): Promise<InteropRun> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', abort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const scenario = await load();
    const missing = scenario.needs.filter(({ program }) => !isInstalled(program));
    if (missing.length > 0) return { name, ok: maySkip, steps: [], skipped: describe(missing) };
    const timeoutMs = scenario.timeoutMs ?? 120_000;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const reason = new Error(`the scenario took longer than ${timeoutMs} ms`);
        controller.abort(reason);
        reject(reason);
      }, timeoutMs);
    });
    const running = scenario.run({ log: (line) => log(`  ${line}`), signal: controller.signal });
    const steps = await Promise.race([running, late]).catch(async (error: unknown) => {
      // The next scenario needs the same ports.
      await Promise.race([running.catch(() => undefined), passed(endMs)]);
      throw error;
    });
    if (steps.length === 0) return failed(name, 'the scenario reported no step');
    return { name, ok: steps.every((step) => step.ok), steps };
  } catch (fault) {
    return failed(name, (fault as Error).stack ?? String(fault));
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;
}

function describe(missing: readonly NeededProgram[]): string {
  const programs = missing.map(({ program }) => program).join(', ');
  const packages = missing.map((needed) => needed.package).join(' ');
  return `${programs} not found; apt-get install -y --no-install-recommends ${packages}`;
}

function summary({ name, ok, skipped, steps }: InteropRun): string {
  if (skipped !== undefined) return `${ok ? '–' : '✗'} ${name}: skipped, ${skipped}`;
  const bad = steps.filter((step) => !step.ok);
  const first = bad[0] === undefined ? '' : `; first: ${bad[0].name}: ${bad[0].detail}`;
  return `${ok ? '✓' : '✗'} ${name}: ${steps.length - bad.length} of ${steps.length} steps passed${first}`;
}

function failed(name: string, detail: string): InteropRun {
  return { name, ok: false, steps: [{ name: 'the scenario ran to its end', ok: false, detail }] };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
