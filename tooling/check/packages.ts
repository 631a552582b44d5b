import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { checkTwoMachines } from '../scenarios/machines/check-two-machines.ts';
import { checkConsumer } from './consumer.ts';
import { checkEntrySizes, entrySizes, writeEntrySizes } from './entry-sizes.ts';
import { inLanes } from './in-lanes.ts';
import { checkOutsideApplication } from './outside-application.ts';
import { checkOutsideSuites } from './outside-suites.ts';
import { buildPackages, packPackages } from './pack-packages.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { checkPublishedFiles } from './published-files.ts';

/**
 * Every public package builds, packs, its tarball is one that other people's tools understand (publint), and all of them work in a
 * project that installs them; implementations of our ports from
 * outside pass the suites in a folder of their own; the guide to two machines does what it says; each entry point stays about as large as
 * it was.
 *
 * @param root Absolute path of the repository.
 * @param log Told the figures.
 * @param writesSizes Whether the table of entry points is written, instead of compared.
 */
export async function checkPackages(
  root: string,
  log: (line: string) => void,
  writesSizes = false,
): Promise<Problem[]> {
  const built = await buildPackages(root);
  if (built.length > 0) return built;
  const folder = await mkdtemp(join(tmpdir(), 'entente-packages-'));
  try {
    const packed = await packPackages(root, folder);
    const sizes = new Map<string, number>();
    const lanes = await inLanes<Problem>([
      async () => [
        ...(await checkOutsideSuites(root, packed, log)),
        ...(await checkOutsideApplication(root, packed, log)),
      ],
      async () => [
        ...(await Promise.all(packed.map(judgeTarball))).flat(),
        ...(await checkConsumer(root, packed, async (one, installed) => {
          for (const [specifier, bytes] of entrySizes(one, installed)) sizes.set(specifier, bytes);
          return checkPublishedFiles(root, one, installed);
        })),
        ...(await checkTwoMachines(packed, log)),
      ],
    ]);
    if (writesSizes) writeEntrySizes(root, sizes);
    return [...lanes, ...checkEntrySizes(root, sizes)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What publint says about one tarball. */
export async function judgeTarball({ home, tarball: path }: Packed): Promise<Problem[]> {
  const file = `${home}/package.json`;
  const bytes = await readFile(path);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball } });
  return messages
    .filter((message) => message.type !== 'suggestion')
    .map((message) => ({ file, message: `publint: ${formatMessage(message, pkg) ?? message.code}` }));
}
