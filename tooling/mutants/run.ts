import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyRepository } from '../mutation/copy-repository.ts';
import { pick, readCommandLine, UsageFault } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { type MutatedPackage, mutatedPackages } from './mutated-packages.ts';
import { type FileRecord, type PackageRecord, readRecord, score, sourceHash, writeRecord } from './record.ts';
import { mutateFiles } from './stryker.ts';

const usage = `pnpm mutants [package …] [--changed] [--file PATH] [--json]

Changes the sources of pure packages, a place at a time, in a temporary copy, and runs the tests that reach the place:
one of them has to fail. What no test noticed is kept in tooling/mutants/record, a file for each package. With no name
every package, whole. With --changed only files that differ from what the record has; with --file only files whose path
below the package's folder begins so. Takes Node 22 or later.
Example: pnpm mutants sip --file src/uri`;

/** The least share of mutants that the tests of a package notice, in percent. */
const least = 80;

/**
 * The mutation engine on the pure packages.
 *
 * @throws UsageFault for a package that is not in the list, and on a Node that the engine does not run on
 */
export async function runMutants(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { names, help, values } = readCommandLine(argv, {
    changed: { type: 'boolean' },
    file: { type: 'string' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  if (Number.parseInt(process.versions.node, 10) < 22)
    throw new UsageFault(`the engine takes Node 22 or later, this is ${process.version}: npx -p node@22 …`);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = fileURLToPath(new URL('./record/', import.meta.url));
  const scores: Record<string, number> = {};
  let ok = true;
  for (const one of pick(mutatedPackages, names)) {
    const kept = await readRecord(folder, one.name);
    const sources = await sourcesOf(root, one.name);
    const wanted = [...sources].filter(
      ([file, hash]) =>
        (values.changed !== true || (kept[file] !== undefined && kept[file].source !== hash)) &&
        (typeof values.file !== 'string' || file.startsWith(values.file)),
    );
    const found = await mutatePackage(
      root,
      one,
      wanted.map(([file]) => file),
      log,
    );
    const record = mergeRecord(kept, found, sources);
    if (found.size > 0) await writeRecord(folder, one.name, record);
    const missing = [...sources.keys()].filter((file) => record[file] === undefined).length;
    if (missing === sources.size) {
      log(`– ${one.name}: none of its ${sources.size} files is in the record yet`);
      continue;
    }
    const share = score(Object.values(record));
    scores[one.name] = Math.round(share * 10) / 10;
    log(
      `${share >= least ? '✓' : '✗'} ${one.name}: ${scores[one.name]} % noticed; ${found.size} files mutated`,
    );
    if (missing > 0) log(`  ${missing} of ${sources.size} files are in no record yet`);
    for (const [file, { survived }] of found) for (const line of survived) log(`  ${file}:${line}`);
    if (share < least) ok = false;
  }
  return { report: { ok, least, scores }, ok };
}

/** The sources of a package by path below its folder, with the hash of each. */
async function sourcesOf(root: string, name: string): Promise<Map<string, string>> {
  const room = join(root, 'packages', name);
  const files = (await readdir(join(room, 'src'), { recursive: true }))
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('/testing/'))
    .sort();
  return new Map(
    await Promise.all(
      files.map(async (file) => [file, sourceHash(await readFile(join(room, file), 'utf8'))] as const),
    ),
  );
}

async function mutatePackage(
  root: string,
  one: MutatedPackage,
  files: readonly string[],
  log: (line: string) => void,
): Promise<Map<string, FileRecord>> {
  if (files.length === 0) return new Map();
  await using copy = await copyRepository(root);
  return await mutateFiles(copy.root, one, files, (text) => log(text.trimEnd()));
}

/** What was kept, without files that are gone, and what was found in its place. */
export function mergeRecord(
  kept: PackageRecord,
  found: ReadonlyMap<string, FileRecord>,
  sources: ReadonlyMap<string, string>,
): PackageRecord {
  const all = { ...kept, ...Object.fromEntries(found) };
  return Object.fromEntries(Object.entries(all).filter(([file]) => sources.has(file)));
}
