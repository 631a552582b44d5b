import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../runner/command.ts';
import { seedInCi } from '../seed/random-seed.ts';
import type { NamedTest } from './patch.ts';

/** How a named test ended; `absent` also when its file could not be loaded. */
export interface TestEnd {
  readonly status: 'passed' | 'failed' | 'absent';
  /** Why it failed, or why it did not run. */
  readonly detail: string;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/** For one file of tests; many files get more. */
const timeoutMs = 180_000;
const moreMsPerFile = 10_000;
const hangMs = 60_000;

/**
 * Runs tests by file and title in a copy of the repository.
 *
 * @returns How each ended, in the order asked for.
 */
export async function runTests(root: string, tests: readonly NamedTest[]): Promise<TestEnd[]> {
  const ends = new Map<NamedTest, TestEnd>();
  for (const inOrder of [undefined, true] as const) {
    const group = tests.filter((test) => test.inOrder === inOrder);
    if (group.length === 0) continue;
    const found = await runGroup(root, group, inOrder === undefined);
    for (const [i, test] of group.entries()) ends.set(test, found[i] as TestEnd);
  }
  return tests.map((test) => ends.get(test) as TestEnd);
}

/** @param alone Whether only the named tests run. */
async function runGroup(root: string, tests: readonly NamedTest[], alone: boolean): Promise<TestEnd[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-mutation-report-'));
  try {
    const report = join(folder, 'report.json');
    const files = [...new Set(tests.map(({ file }) => file))];
    const titles = [...new Set(tests.map(({ title }) => literal(title)))].join('|');
    const which = alone ? ['-t', `(${titles})$`] : [];
    // A patch may make a test wait for what never comes: it fails after a minute, not after the time of a busy machine.
    const limits = [`--testTimeout=${hangMs}`, `--hookTimeout=${hangMs}`];
    // The copy stays while one file of it changes: what the last test had transformed serves the next (by content).
    const cache = [
      '--experimental.fsModuleCache',
      `--experimental.fsModuleCachePath=${join(root, '.cache')}`,
    ];
    const output = ['--reporter=json', `--outputFile=${report}`];
    const args = ['run', ...files, ...which, ...limits, ...cache, ...output];
    const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), ...args];
    const end = await runCommand(process.execPath, vitest, {
      cwd: root,
      env: cleanEnvironment(),
      timeoutMs: timeoutMs + (files.length - 1) * moreMsPerFile,
    });
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined)
      return tests.map(() => absent(`vitest wrote no report: ${tail(end.stderr || end.stdout)}`));
    return tests.map((test) => find(JSON.parse(text) as VitestReport, test));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function find(report: VitestReport, { title }: NamedTest): TestEnd {
  const messages = report.testResults.map(({ message }) => message ?? '').join('\n');
  const matches = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((entry) => entry.title === title && (entry.status === 'passed' || entry.status === 'failed'));
  if (matches.length === 0) return absent(tail(messages) || 'no test of this title ran');
  const failed = matches.find((entry) => entry.status === 'failed');
  if (failed === undefined) return { status: 'passed', detail: '' };
  return { status: 'failed', detail: failed.failureMessages?.[0]?.split('\n')[0] ?? '' };
}

function absent(detail: string): TestEnd {
  return { status: 'absent', detail };
}

/**
 * This may itself run under vitest, whose variables would confuse the inner one; and programs that were bundled for it are not patched. The seed is always the same one: whether
 * a test notices is a property of the test, not of what it drew.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV$|TEST$|NODE_OPTIONS$|ENTENTE_BUNDLED_APPS$)/.test(name),
  );
  return { ...Object.fromEntries(own), ENTENTE_SEED: `${seedInCi}` };
}

/** A regular expression that matches just this text. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function tail(text: string): string {
  return text.trim().slice(-2000);
}
