import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedInCi } from '../seed/random-seed.ts';
import type { MutatedPackage } from './mutated-packages.ts';
import { type FileRecord, sourceHash } from './record.ts';

/** The part of the engine's report that is read: https://github.com/stryker-mutator/mutation-testing-elements, its schema. */
interface EngineReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

// What the engine is given, by paths from the copy: it takes no others.
const work = '.cache/mutants';
const config = `${work}/stryker.json`;
const tests = 'vitest.mutants.config.mjs';

const noticed = new Set(['Killed', 'Timeout']);
const unnoticed = new Set(['Survived', 'NoCoverage']);

/**
 * Mutates files of a package in a copy of the repository, and runs for each mutant the tests of that package that reach it.
 * Mutants of what runs once, while a module is loaded, would need all tests each and are left out.
 *
 * @param copy - absolute path of the copy, whose sources it may change
 * @param files - paths below the package's folder
 * @param log - takes what the engine says
 * @returns what became of each file's mutants
 * @throws Error when the engine does not reach its end
 */
export async function mutateFiles(
  copy: string,
  { name, without }: MutatedPackage,
  files: readonly string[],
  log: (text: string) => void,
): Promise<Map<string, FileRecord>> {
  const room = `packages/${name}`;
  await mkdir(join(copy, work), { recursive: true });
  const report = `${work}/report.json`;
  await writeFile(join(copy, tests), vitestConfig(room, without));
  await writeFile(
    join(copy, config),
    JSON.stringify({
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: tests, related: false },
      inPlace: true,
      mutate: files.map((file) => `${room}/${file}`),
      coverageAnalysis: 'perTest',
      ignoreStatic: true,
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: report },
      tempDirName: `${work}/tmp`,
      allowConsoleColors: false,
      timeoutMS: 30_000,
    }),
  );
  const status = await engine(copy, log);
  if (status !== 0) throw new Error(`the mutation engine ended with status ${status}`);
  const { files: found } = JSON.parse(await readFile(join(copy, report), 'utf8')) as EngineReport;
  return new Map(
    files.map((file) => {
      const { source = '', mutants = [] } = found[`${room}/${file}`] ?? {};
      const killed = mutants.filter(({ status }) => noticed.has(status)).length;
      const survived = mutants.filter(({ status }) => unnoticed.has(status)).map(line);
      return [file, { source: sourceHash(source), killed, survived }];
    }),
  );
}

function line({ mutatorName, replacement = '', location: { start } }: Mutant): string {
  const text = replacement.replace(/\s+/g, ' ');
  return `${start.line}:${start.column} ${mutatorName} → ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`;
}

function engine(copy: string, log: (text: string) => void): Promise<number> {
  const stryker = join(copy, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [stryker, 'run', config], {
      cwd: copy,
      env: { ...process.env, ENTENTE_SEED: `${seedInCi}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', log);
    child.once('error', reject).once('close', (status) => resolve(status ?? 128));
  });
}

/** Only what one package needs: the test networks of the repository's own configuration would start for each mutant. */
function vitestConfig(room: string, without: readonly string[]): string {
  const test = {
    include: [`${room}/{src,test}/**/*.test.ts`],
    // The place that is changed is chosen while the tests run: what they import is loaded once.
    isolate: false,
    exclude: ['**/node_modules/**', ...without.map((file) => `${room}/${file}`)],
    setupFiles: ['tooling/seed/seed-properties.ts'],
    env: { ENTENTE_SEED: `${seedInCi}` },
  };
  return `import { defaultServerConditions } from 'vite';
export default {
  ssr: { resolve: { conditions: ['@entente/source', ...defaultServerConditions] } },
  test: ${JSON.stringify(test)},
};
`;
}
