import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pick, readCommandLine, UsageFault } from '../runner/command-line.ts';
import { discover } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import type { ConformanceResult, ConformanceSuite } from './suite.ts';

const usage = `pnpm conformance [suite …] [--vectors PATH] [--json]

Runs the conformance suites; with no name all of them. The vectors are read from --vectors, else from the folder in
ENTENTE_VECTORS. With neither, a suite that needs vectors is reported as skipped.
Example: pnpm conformance pkits --vectors ../vectors`;

/** Where this run differs from the command's: tests pass their own folder and environment. */
export interface ConformanceSetting {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The conformance runner.
 *
 * @throws UsageFault for an unknown suite or a vector folder that does not exist.
 */
export async function runConformance(
  argv: readonly string[],
  { log }: Output,
  setting: ConformanceSetting = {},
): Promise<Outcome> {
  const { names, help, values } = readCommandLine(argv, { vectors: { type: 'string' } });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const folder = setting.folder ?? fileURLToPath(new URL('./suites/', import.meta.url));
  const found = pick(await discover<ConformanceSuite>(folder, 'suite'), names);
  const vectors = vectorRoot(values.vectors as string | undefined, setting.environment ?? process.env);
  const runs: ConformanceResult[] = [];
  for (const entry of found) {
    const result = await runOne(entry.name, () => entry.load(), vectors, log);
    log(summary(result));
    for (const failure of result.failures) {
      log(`  ✗ ${failure.id}: expected ${failure.expected}, found ${failure.actual}`);
    }
    runs.push(result);
  }
  const ok = runs.every((run) => run.failed === 0);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}

function vectorRoot(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const path = given ?? (environment.ENTENTE_VECTORS || undefined);
  if (path === undefined) return undefined;
  const root = resolve(path);
  if (existsSync(root)) return root;
  const source = given === undefined ? 'ENTENTE_VECTORS' : '--vectors';
  throw new UsageFault(
    `${source} names the folder ${root}, which does not exist; name the folder of the vectors`,
  );
}

async function runOne(
  name: string,
  load: () => Promise<ConformanceSuite>,
  vectors: string | undefined,
  log: (line: string) => void,
): Promise<ConformanceResult> {
  try {
    const suite = await load();
    if (suite.needs.length > 0 && vectors === undefined) {
      return skipped(name, 'no vectors: pass --vectors PATH or set ENTENTE_VECTORS');
    }
    const missing = suite.needs.filter((path) => !existsSync(join(vectors ?? '', path)));
    if (missing.length > 0) return broken(name, `${missing.join(', ')} below ${vectors}`, 'not there');
    const result = await suite.run({ vectors: vectors ?? '', log });
    return sane(result);
  } catch (fault) {
    return broken(name, 'a suite that runs', (fault as Error).stack ?? String(fault));
  }
}

/** A suite that adds up wrongly, or ran nothing, must not look like one that passed. */
function sane(result: ConformanceResult): ConformanceResult {
  const { suite, total, passed, failed, skipped } = result;
  const figures = `total ${total}, passed ${passed}, failed ${failed}, skipped ${skipped}`;
  if (total !== passed + failed + skipped) return broken(suite, 'total = passed + failed + skipped', figures);
  if (total === 0) return broken(suite, 'at least one case', figures);
  if (failed !== result.failures.length) {
    return broken(
      suite,
      'one entry in failures for each failed case',
      `${result.failures.length}, ${figures}`,
    );
  }
  if (skipped > 0 && !result.reason) return broken(suite, 'a reason for the skipped cases', figures);
  return result;
}

function skipped(suite: string, reason: string): ConformanceResult {
  return { suite, total: 1, passed: 0, failed: 0, skipped: 1, exceptions: [], failures: [], reason };
}

function broken(suite: string, expected: string, actual: string): ConformanceResult {
  const failures = [{ id: suite, expected, actual }];
  return { suite, total: 1, passed: 0, failed: 1, skipped: 0, exceptions: [], failures };
}

function summary(result: ConformanceResult): string {
  const { suite, total, passed, failed, skipped, exceptions, reason } = result;
  const tail = reason === undefined ? '' : ` (${reason})`;
  const sign = failed > 0 ? '✗' : passed > 0 ? '✓' : '–';
  return `${sign} ${suite}: ${passed} of ${total} passed, ${failed} failed, ${skipped} skipped${tail}, ${exceptions.length} excused by the ledger`;
}
