import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicMode, writeWhole } from '@entente/pki/node';
import type { Certificate } from '@entente/x509';

interface Stored {
  readonly sequence: number;
  /** SHA-256 over the roots, hexadecimal. */
  readonly roots: string;
}

/**
 * The sequence number of the trust bundle: it increases whenever the roots differ from those of the last start.
 * @param directory - folder of the authority
 * @param roots - in the order of the file
 */
export async function bundleSequence(directory: string, roots: readonly Certificate[]): Promise<number> {
  const path = join(directory, 'trust-bundle.json');
  const hash = createHash('sha256');
  for (const { der } of roots) hash.update(der);
  const digest = hash.digest('hex');
  const stored = await readStored(path);
  if (stored?.roots === digest) return stored.sequence;
  const next: Stored = { sequence: (stored?.sequence ?? 0) + 1, roots: digest };
  await writeWhole(path, `${JSON.stringify(next)}\n`, publicMode);
  return next.sequence;
}

/**
 * Makes the sequence number of the trust bundle jump, in its file.
 * @param directory - folder of the authority
 * @param above - the next number is greater than this
 */
export async function raiseBundleSequence(directory: string, above: number): Promise<void> {
  const path = join(directory, 'trust-bundle.json');
  const sequence = Math.max((await readStored(path))?.sequence ?? 0, above);
  // No roots have this hash, so the next start gives another number.
  await writeWhole(path, `${JSON.stringify({ sequence, roots: '' } satisfies Stored)}\n`, publicMode);
}

async function readStored(path: string): Promise<Stored | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Stored;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
