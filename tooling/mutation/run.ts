import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readCommandLine, UsageFault } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { type MutationRun, mutate, type NamedPatch } from './mutation.ts';
import type { MutationPatch } from './patch.ts';

const usage = `pnpm mutation [room | room/patch …] [--json]

Turns each security check off, one at a time, in a temporary copy of the sources, and demands that the test named with
it fails. With no name every patch.
Example: pnpm mutation trust`;

/** Where this run differs from the command's: tests pass their own repository. */
export interface MutationSetting {
  readonly root?: string;
  readonly folder?: string;
}

/**
 * The mutation runner.
 *
 * @throws UsageFault for a name that is no room and no patch.
 */
export async function runMutation(
  argv: readonly string[],
  { log }: Output,
  setting: MutationSetting = {},
): Promise<Outcome> {
  const { names, help } = readCommandLine(argv);
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const root = setting.root ?? fileURLToPath(new URL('../../', import.meta.url));
  const folder = setting.folder ?? fileURLToPath(new URL('./patches/', import.meta.url));
  const patches = select(await readPatches(folder), names);
  const runs = await mutate(root, patches, (run) => log(line(run)));
  const ok = runs.length > 0 && runs.every((run) => run.ok);
  const unnoticed = runs.filter((run) => !run.ok);
  log(`${runs.length - unnoticed.length} of ${runs.length} checks turned off were noticed`);
  // Once more at the end: of a long run that is what a reader sees, and a log keeps.
  for (const run of unnoticed) log(line(run));
  return { report: { ok, runs }, ok };
}

/** Every patch below a folder, by name: `<room>/<name>`. */
export async function readPatches(folder: string): Promise<NamedPatch[]> {
  const patches: NamedPatch[] = [];
  const names = new Set<string>();
  for (const file of (await readdir(folder)).filter((one) => one.endsWith('.yaml')).sort()) {
    for (const patch of parse(await readFile(join(folder, file), 'utf8')) as readonly MutationPatch[]) {
      const name = `${basename(file, '.yaml')}/${patch.name}`;
      if (names.has(name)) throw new Error(`two patches are called ${name}`);
      const { file: path, find, off, replace, test } = patch;
      const parts = [path, find, off, replace, test?.file, test?.title];
      if (parts.some((part) => typeof part !== 'string')) throw new Error(`the patch ${name} is not whole`);
      names.add(name);
      patches.push({ name, patch });
    }
  }
  return patches;
}

function select(patches: readonly NamedPatch[], names: readonly string[]): NamedPatch[] {
  if (names.length === 0) return [...patches];
  return names.flatMap((wanted) => {
    const matches = patches.filter(({ name }) => name === wanted || name.startsWith(`${wanted}/`));
    if (matches.length > 0) return matches;
    const alike = patches.map(({ name }) => name).filter((name) => name.includes(wanted));
    const lists = new Set(patches.map(({ name }) => name.split('/')[0]));
    throw new UsageFault(
      alike.length > 0
        ? `there is no patch "${wanted}"; there is: ${alike.join(', ')}`
        : `there is no patch or list "${wanted}"; the lists are: ${[...lists].join(', ')}`,
    );
  });
}

function line({ name, ok, off, test, detail }: MutationRun): string {
  return ok ? `✓ ${name}: ${off}; noticed` : `✗ ${name}: ${off}\n    ${test}\n    ${detail}`;
}
