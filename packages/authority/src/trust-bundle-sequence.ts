import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault } from '@entente/pki';
import { publicMode, writeWhole } from '@entente/pki/node';
import { shellWord } from '@entente/trust';
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
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where the file cannot be read as it was written
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
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where the file cannot be read as it was written
 */
export async function raiseBundleSequence(directory: string, above: number): Promise<void> {
  const path = join(directory, 'trust-bundle.json');
  const sequence = Math.max((await readStored(path))?.sequence ?? 0, above);
  // No roots have this hash, so the next start gives another number.
  await writeWhole(path, `${JSON.stringify({ sequence, roots: '' } satisfies Stored)}\n`, publicMode);
}

async function readStored(path: string): Promise<Stored | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { roots, sequence } = JSON.parse(text) as { roots?: unknown; sequence?: unknown };
    if (typeof roots === 'string' && typeof sequence === 'number' && isGiven(sequence))
      return { sequence, roots };
  } catch {
    // Falls through to the fault below.
  }
  // Without the file numbers begin at 1, and edges refuse one that is lower than before. None is taken from a clock that nobody has looked at.
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the number of the last trust bundle cannot be read',
    place: path,
    remedy: `check the clock, then let the numbers go on from its time: printf '{"sequence":%s000,"roots":""}\\n' "$(date +%s)" > ${shellWord(path)}`,
  });
}

function isGiven(sequence: number): boolean {
  return Number.isSafeInteger(sequence) && sequence > 0;
}
