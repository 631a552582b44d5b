import { readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { copyRepository, type RepositoryCopy } from './copy-repository.ts';
import type { MutationPatch } from './patch.ts';
import { runTests, type TestEnd } from './run-test.ts';

/** What became of one patch. */
export interface MutationRun {
  readonly name: string;
  readonly ok: boolean;
  /** The check that was off. */
  readonly off: string;
  /** The test that had to notice. */
  readonly test: string;
  /** The failure it noticed with, or what is wrong. */
  readonly detail: string;
}

/** A patch with the name that the report shows. */
export interface NamedPatch {
  readonly name: string;
  readonly patch: MutationPatch;
}

/** Copies that are broken side by side, each with one patch at a time. */
const atOnce = Math.min(4, availableParallelism());
/** Patches whose tests are run without a patch together. Neighbours in a list often name tests of one file. */
const lotSize = 8;

/**
 * Applies each patch alone to a copy of the repository and runs its test there, which must fail. The test must pass
 * without the patch, and the patch must still find its text: a patch that changes nothing proves nothing.
 *
 * @param root Absolute path of the repository.
 * @param done Called after each patch.
 * @returns What became of each, in the order of the patches.
 */
export async function mutate(
  root: string,
  patches: readonly NamedPatch[],
  done: (run: MutationRun) => void,
): Promise<MutationRun[]> {
  const lots: NamedPatch[][] = [];
  for (let at = 0; at < patches.length; at += lotSize) lots.push(patches.slice(at, at + lotSize));
  const copies: RepositoryCopy[] = [];
  try {
    while (copies.length < Math.min(atOnce, lots.length)) copies.push(await copyRepository(root));
    const runs: MutationRun[][] = [];
    // One iterator feeds all copies.
    const waiting = lots.entries();
    const work = async (copy: RepositoryCopy): Promise<void> => {
      for (const [i, lot] of waiting) runs[i] = await runLot(copy.root, lot, done);
    };
    await Promise.all(copies.map(work));
    return runs.flat();
  } finally {
    await Promise.all(copies.map((copy) => copy[Symbol.asyncDispose]()));
  }
}

async function runLot(
  root: string,
  lot: readonly NamedPatch[],
  done: (run: MutationRun) => void,
): Promise<MutationRun[]> {
  const unpatched = await runTests(
    root,
    lot.map(({ patch }) => patch.test),
  );
  const runs: MutationRun[] = [];
  for (const [i, named] of lot.entries()) {
    const run = await runOne(root, named, unpatched[i] as TestEnd);
    done(run);
    runs.push(run);
  }
  return runs;
}

async function runOne(root: string, { name, patch }: NamedPatch, unpatched: TestEnd): Promise<MutationRun> {
  const { off, test } = patch;
  const report = (ok: boolean, detail: string): MutationRun => ({
    name,
    ok,
    off,
    test: `${test.file}: ${test.title}`,
    detail,
  });
  if (unpatched.status === 'absent') return report(false, `the test does not run: ${unpatched.detail}`);
  if (unpatched.status === 'failed')
    return report(false, `the test fails without the patch: ${unpatched.detail}`);
  const place = await placeOf(root, patch);
  if (typeof place === 'string') return report(false, place);
  const { path, text: original } = place;
  try {
    await writeFile(
      path,
      original.replace(patch.find, () => patch.replace),
    );
    const [patched] = await runTests(root, [test]);
    if (patched?.status === 'failed') return report(true, patched.detail);
    if (patched?.status === 'passed')
      return report(false, 'nobody noticed: the test passes with the check off');
    return report(false, `the patch breaks the sources instead of a check: ${patched?.detail}`);
  } finally {
    await writeFile(path, original);
  }
}

/** Where the text of a patch is; a sentence where it is not there exactly once. */
export async function placeOf(root: string, patch: MutationPatch): Promise<Place | string> {
  const places = await findText(root, patch);
  const [place] = places;
  if (place !== undefined && places.length === 1 && place.count === 1) return place;
  const count = places.reduce((sum, one) => sum + one.count, 0);
  return `stale patch: its text occurs ${count} times in ${patch.file}, not once`;
}

interface Place {
  readonly path: string;
  readonly text: string;
  /** How often the text occurs in it. */
  readonly count: number;
}

/** The files in which the text of a patch occurs; tests are not sources. */
async function findText(root: string, { file, find }: MutationPatch): Promise<Place[]> {
  const whole = join(root, file);
  const names = file.endsWith('/') ? await readdir(whole, { recursive: true }).catch(() => []) : [''];
  const places: Place[] = [];
  for (const name of names) {
    if (name !== '' && (!name.endsWith('.ts') || name.endsWith('.test.ts'))) continue;
    const path = name === '' ? whole : join(whole, name);
    const text = await readFile(path, 'utf8').catch(() => '');
    const count = text.split(find).length - 1;
    if (count > 0) places.push({ path, text, count });
  }
  return places;
}
