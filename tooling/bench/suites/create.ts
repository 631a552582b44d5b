import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages, packPackages } from '../../check/pack-packages.ts';
import { createNetwork } from '../../newcomer/create-network.ts';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/** How long a newcomer with an empty cache waits for the first message in a network of their own, from tarballs and npm's registry. */
export const suite: BenchSuite = { name: 'create', onlyNamedInShort: true, run };

const root = fileURLToPath(new URL('../../../', import.meta.url));

async function run({ log }: BenchOptions): Promise<BenchOutcome> {
  const built = await buildPackages(root);
  if (built.length > 0) return { results: [], invalid: built.map(({ message }) => message) };
  const folder = await mkdtemp(join(tmpdir(), 'entente-packages-'));
  try {
    const packed = await packPackages(root, folder);
    log(
      `${packed.length} packages are packed: npm gets them from this machine, and all others from its registry`,
    );
    const { seconds, steps } = await createNetwork(packed);
    return {
      results: [
        ...steps.map((step) => measured(step.command, step.seconds, 's')),
        measured('npm create @entente my-net until the first delivery', seconds, 's', {
          aim: { atMost: 60 },
        }),
      ],
      invalid: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
