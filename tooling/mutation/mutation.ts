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

/** What a run is told, and asks, as it goes. */
export interface MutationProgress {
  readonly done: (run: MutationRun) => void;
  readonly mayBegin?: () => boolean;
}

/** Copies that are broken side by side, each with one patch at a time. */
const atOnce = Math.min(4, availableParallelism());

/**
 * Applies each patch alone to a copy of the repository and runs its test there, which must fail. All the tests must
 * pass without a patch, and each patch must still find its text: a patch that changes nothing proves nothing.
 *
 * @param root Absolute path of the repository.
 * @param progress `done` is called after each patch; none is begun once `mayBegin` says no.
 * @returns What became of each that was begun, in the order of the patches.
 */
export async function mutate(
  root: string,
  patches: readonly NamedPatch[],
  { done, mayBegin = () => true }: MutationProgress,
): Promise<MutationRun[]> {
  if (patches.length === 0) return [];
  const copies: RepositoryCopy[] = [];
  try {
    const first = await copyRepository(root);
    copies.push(first);
    while (copies.length < Math.min(atOnce, patches.length)) copies.push(await copyRepository(root));
    const unpatched = await runTests(
      first.root,
      patches.map(({ patch }) => patch.test),
    );
    const runs: MutationRun[] = [];
    const waiting = patches.entries();
    const work = async (copy: RepositoryCopy): Promise<void> => {
      // One iterator feeds all copies.
      for (const [i, named] of waiting) {
        if (!mayBegin()) return;
        const run = await runOne(copy.root, named, unpatched[i] as TestEnd);
        done(run);
        runs[i] = run;
      }
    };
    await Promise.all(copies.map(work));
    return runs.filter((run) => run !== undefined);
  } finally {
    await Promise.all(copies.map((copy) => copy[Symbol.asyncDispose]()));
  }
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
