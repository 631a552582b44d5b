import { fileURLToPath } from 'node:url';
import { buildPackages, packPackages } from '../../check/pack-packages.ts';
import { createNetwork } from '../../newcomer/create-network.ts';
import { type Bench, type BenchSuite, temporaryFolder } from '../suite.ts';

/** How long a newcomer with an empty cache waits for the first message in a network of their own, from tarballs and npm's registry. */
export const suite: BenchSuite = { name: 'create', onlyNamedInShort: true, measure };

const root = fileURLToPath(new URL('../../../', import.meta.url));

async function measure(bench: Bench): Promise<void> {
  const built = await buildPackages(root);
  bench.invalid.push(...built.map(({ message }) => message));
  if (built.length > 0) return;
  await using folder = await temporaryFolder('packages');
  const packed = await packPackages(root, folder.path);
  bench.log(
    `${packed.length} packages are packed: npm gets them from this machine, and all others from its registry`,
  );
  const { seconds, steps } = await createNetwork(packed);
  for (const step of steps) bench.figure(step.command, step.seconds, 's');
  bench.figure('npm create @entente my-net until the first delivery', seconds, 's', { aim: { atMost: 60 } });
}
