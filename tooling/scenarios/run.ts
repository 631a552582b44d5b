import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startVitest, type TestModule } from 'vitest/node';
import { pick, readCommandLine } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';

const usage = `pnpm scenarios [name …] [--json]

Runs tests of whole networks, each scenario a folder of tooling/scenarios; with no name every one, which takes some minutes.
Example: pnpm scenarios rollover`;

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = 'tooling/scenarios';

/**
 * The runner of `pnpm scenarios`.
 *
 * @throws UsageFault for a scenario that does not exist
 */
export async function runScenarios(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { help, names } = readCommandLine(argv);
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const chosen = pick(
    scenarioNames().map((name) => ({ name })),
    names,
  );
  const modules: TestModule[] = [];
  const reporter = {
    onTestModuleEnd(module: TestModule): void {
      modules.push(module);
      log(
        `${module.ok() ? '✓' : '✗'} ${module.relativeModuleId} (${Math.round(module.diagnostic().duration)} ms)`,
      );
      for (const test of module.children.allTests('failed'))
        log(`  ${test.fullName}: ${test.result().errors?.[0]?.message}`);
      for (const { message } of module.errors()) log(`  ${message}`);
    },
  };
  const folders = chosen.map(({ name }) => `${folder}/${name}/`);
  const vitest = await startVitest('test', folders, { root, run: true, watch: false, reporters: [reporter] });
  const faults = vitest.state.getUnhandledErrors();
  for (const fault of faults) log(`✗ ${(fault as Error).stack ?? String(fault)}`);
  await vitest.close();
  const runs = chosen.map(({ name }) => runOf(name, modules));
  for (const { failed, name, ok, passed, skipped } of runs)
    log(`${ok ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  const ok = faults.length === 0 && runs.every((run) => run.ok);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

/** Folders with tests. */
function scenarioNames(): readonly string[] {
  const files = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
  const tests = files.filter((file) => /[\\/].*\.test\.ts$/.test(file));
  return [...new Set(tests.map((file) => file.split(/[\\/]/, 1)[0] as string))].sort();
}

/** What became of one scenario. */
function runOf(name: string, modules: readonly TestModule[]) {
  const own = modules.filter(({ relativeModuleId }) => relativeModuleId.startsWith(`${folder}/${name}/`));
  const count = (state: 'passed' | 'failed' | 'skipped') =>
    own.reduce((sum, { children }) => sum + [...children.allTests(state)].length, 0);
  const ok = own.length > 0 && own.every((module) => module.ok());
  return { name, ok, passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}
