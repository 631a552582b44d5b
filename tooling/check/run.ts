import { fileURLToPath } from 'node:url';
import { pick, readCommandLine } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { checkApi } from './api.ts';
import { checkCycles } from './cycles.ts';
import { checkExisting } from './existing.ts';
import { checkFloors } from './floors.ts';
import { checkFolders } from './folders.ts';
import { checkHelpImports } from './help-imports.ts';
import { inLanes } from './in-lanes.ts';
import { checkLightImports } from './light-imports.ts';
import { checkLinks } from './links.ts';
import { checkLint } from './lint.ts';
import { checkManifests } from './manifests.ts';
import { checkPhrases } from './phrases/check-phrases.ts';
import { type Problem, renderProblem } from './problem.ts';
import { checkPurity } from './purity.ts';
import { checkReplacedModules } from './replaced-modules.ts';
import { checkServerImports } from './server-imports.ts';
import { checkSizes } from './sizes.ts';
import { readSources, type SourceFile } from './source/source-file.ts';
import { checkSpelling } from './spelling/check-spelling.ts';
import { checkTestWaits } from './test-waits.ts';
import { checkTsdoc } from './tsdoc.ts';
import { checkTypes } from './types.ts';
import { checkUnused } from './unused.ts';

const usage = `pnpm check [check …] [--report] [--write-sizes] [--json]

Checks the repository itself: lint (format, lint, TSDoc), types, floors (imports point down, purity, no
circles of files or folders, sizes, links by name, no server loads what only people need, the
help of the command line loads no command, the client of an authority no library that it does not need, the house lists what exists,
manifests say what npm shows and publish dist alone, tests that replace a module give it back, and wait without a
clock),
api (what each entry point shows is what its report in api/ of the package says, and has a summary; --write writes the reports),
phrases (no text and no name has a retired phrase: tooling/check/phrases/retired.yaml, exceptions beside it),
spelling (every word is British English or in tooling/check/spelling/words.txt), unused (files,
exports, dependencies), packages (build, pack, publint, size of entry points; --write-sizes writes the
table that they are compared with). With no name all of these; --report lists the problems and passes.
Example: pnpm check floors types`;

/** One check in the report. */
export interface CheckRun {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly problems: readonly Problem[];
}

/** What a check is given. */
interface CheckSetting {
  readonly root: string;
  /** Every source file, read once for all checks. */
  readonly sources: () => SourceFile[];
  readonly log: (line: string) => void;
  readonly writesSizes: boolean;
  readonly writesReports: boolean;
}

interface Check {
  readonly name: string;
  /** Checks of one lane run one after the other, and beside those of other lanes. */
  readonly lane: 'packages' | 'programs' | 'here';
  run(setting: CheckSetting): Promise<Problem[]> | Problem[];
}

const checks: readonly Check[] = [
  {
    name: 'lint',
    lane: 'here',
    run: async ({ root, sources }) => [...(await checkLint(root)), ...checkTsdoc(root, sources())],
  },
  { name: 'types', lane: 'programs', run: ({ root }) => checkTypes(root) },
  {
    name: 'floors',
    lane: 'here',
    run: ({ root, log, ...setting }) => {
      const sources = setting.sources();
      const graph = [
        checkFloors,
        checkPurity,
        checkCycles,
        checkLinks,
        checkServerImports,
        checkHelpImports,
        checkLightImports,
        checkFolders,
      ].flatMap((check) => check(root, sources));
      return [
        ...graph,
        ...checkReplacedModules(sources),
        ...checkTestWaits(sources),
        ...checkSizes(root, sources, log),
        ...checkExisting(root),
        ...checkManifests(root),
      ];
    },
  },
  {
    name: 'api',
    lane: 'here',
    run: ({ root, sources, writesReports }) => checkApi(root, sources(), writesReports),
  },
  { name: 'unused', lane: 'programs', run: ({ root }) => checkUnused(root) },
  {
    name: 'packages',
    lane: 'packages',
    run: async ({ root, log, writesSizes }) => {
      // It brings the packages and their test network.
      const { checkPackages } = await import('./packages.ts');
      return checkPackages(root, log, writesSizes);
    },
  },
  { name: 'phrases', lane: 'here', run: ({ root, sources }) => checkPhrases(root, sources()) },
  { name: 'spelling', lane: 'here', run: ({ root, sources }) => checkSpelling(root, sources()) },
];

/**
 * The check runner.
 *
 * @throws UsageFault for an unknown check.
 */
export async function runCheck(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { names, help, values } = readCommandLine(argv, {
    report: { type: 'boolean' },
    'write-sizes': { type: 'boolean' },
    write: { type: 'boolean' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const root = fileURLToPath(new URL('../..', import.meta.url));
  let read: SourceFile[] | undefined;
  const setting: CheckSetting = {
    root,
    log,
    sources: () => {
      read ??= readSources(root);
      return read;
    },
    writesSizes: values['write-sizes'] === true,
    writesReports: values.write === true,
  };
  const examine = async ({ name, run }: Check): Promise<CheckRun> => {
    const started = performance.now();
    const problems = await run(setting);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const ok = problems.length === 0;
    log(`${ok ? '✓' : '✗'} ${name}: ${ok ? 'clean' : `${problems.length} problems`} (${seconds} s)`);
    for (const problem of problems) log(`  ${renderProblem(problem)}`);
    return { name, ok, seconds, problems };
  };
  const picked = pick(checks, names);
  // What is packed and installed takes longest, and mostly waits; the compiler and knip are processes of their own too.
  const done = await inLanes(
    (['packages', 'programs', 'here'] as const).map((lane) => async () => {
      const runs: CheckRun[] = [];
      for (const check of picked.filter((one) => one.lane === lane)) runs.push(await examine(check));
      return runs;
    }),
  );
  const runs = picked.flatMap(({ name }) => done.filter((run) => run.name === name));
  const ok = values.report === true || runs.every((run) => run.ok);
  return { report: names.length === 1 ? runs[0] : { ok, runs }, ok };
}
