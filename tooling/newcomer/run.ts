import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages, packPackages } from '../check/pack-packages.ts';
import type { Packed } from '../check/packed.ts';
import { type Problem, renderProblem } from '../check/problem.ts';
import { startRegistryStub } from '../check/registry-stub.ts';
import { pick, readCommandLine } from '../runner/command-line.ts';
import { discover, type Found } from '../runner/discover.ts';
import type { Outcome, Output } from '../runner/main.ts';
import type { Part } from './part.ts';
import { Newcomer } from './place/newcomer.ts';
import { findNode } from './place/node-program.ts';

const usage = `pnpm newcomer [part …] [--node VERSION,…] [--short] [--apart] [--json]

Does what our pages say, as somebody outside does it: our packages are packed and served by a registry on this machine, and in empty
folders npm installs them and Node runs what is written. Parts: recipes (docs/recipes), readmes (each block of the README of a
published package, other than those of readmes/ledger.yaml), create (a first network), create-plugin, size. With no name all of them.
--node takes versions (20,26), for which npx gets Node; default the one that runs this. --short does everything with the first of them,
and one part with each other one, another part on each day. --apart gives each README a folder of its own.
Example: pnpm newcomer recipes --node 26`;

/** One part, with one version of Node. */
export interface PartRun {
  readonly name: string;
  readonly node: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly problems: readonly Problem[];
}

/**
 * The runner of `pnpm newcomer`.
 *
 * @throws UsageFault for an unknown part or option
 */
export async function runNewcomer(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { help, names, values } = readCommandLine(argv, {
    node: { type: 'string' },
    apart: { type: 'boolean' },
    short: { type: 'boolean' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const parts = pick(
    await discover<Part>(fileURLToPath(new URL('./parts/', import.meta.url)), 'part'),
    names,
  );
  const versions = typeof values.node === 'string' ? values.node.split(',') : [undefined];
  const built = await buildPackages(root);
  if (built.length > 0) throw new Error(built.map(renderProblem).join('\n'));
  const folder = await mkdtemp(join(tmpdir(), 'entente-tarballs-'));
  try {
    const packed = await packPackages(root, folder);
    log(`${packed.length} packages are packed`);
    const runs: PartRun[] = [];
    const setting = { root, packed, apart: values.apart === true, log };
    for (const [index, version] of versions.entries()) {
      const today = values.short === true && index > 0 ? [parts[dayNumber() % parts.length]!] : parts;
      runs.push(...(await withNode(version, today, setting)));
    }
    const ok = runs.every((run) => run.ok);
    return { report: { ok, runs }, ok };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function dayNumber(): number {
  return Math.floor(Date.now() / 86_400_000);
}

interface Setting {
  readonly root: string;
  readonly packed: readonly Packed[];
  readonly apart: boolean;
  readonly log: (line: string) => void;
}

async function withNode(
  version: string | undefined,
  parts: readonly Found<Part>[],
  setting: Setting,
): Promise<PartRun[]> {
  const { log, packed } = setting;
  await using registry = await startRegistryStub(packed);
  await using newcomer = await Newcomer.arrive(await findNode(version), registry.npmOptions);
  const runs: PartRun[] = [];
  for (const found of parts) {
    const { name, run } = await found.load();
    const started = performance.now();
    const problems = await run({ ...setting, newcomer, log: (line) => log(`  ${line}`) });
    const seconds = Math.round((performance.now() - started) / 1_000);
    const ok = problems.length === 0;
    const { node } = newcomer;
    log(
      `${ok ? '✓' : '✗'} ${name}, Node ${node}: ${ok ? 'as written' : `${problems.length} problems`} (${seconds} s)`,
    );
    for (const problem of problems) log(`  ${renderProblem(problem)}`);
    runs.push({ name, node, ok, seconds, problems });
  }
  return runs;
}
