import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { decodePem } from '@entente/x509';
import { StoreFault } from './fault.ts';

/** PEM text, or the path of a file or directory. */
export type StoreLocation = string | { readonly pem: string };

/** One object of a store, and where it was found. */
export interface FoundBlock {
  readonly label: string;
  readonly der: Uint8Array;
  /** File, with the number of the block where there are several; or `text`. */
  readonly place: string;
}

/** Extensions of the files of a directory that are read. */
const extensions: ReadonlySet<string> = new Set(['.pem', '.crt', '.cer', '.crl', '.der']);

/** A bundle of every public root is 0.25 MB; a CRL of a million entries is 40 MB. */
const mostBytes = 256 * 1_024 * 1_024;

/**
 * Reads every PEM block, or the one DER object, of a file, of each file in a directory, or of a text.
 *
 * @param location - text, file or directory
 * @param derLabel - label for an object that is in a file as plain DER
 * @returns the blocks in the order of file names
 * @throws StoreFault `ENTENTE_STORE_UNREADABLE`, `ENTENTE_STORE_MALFORMED`
 */
export async function readBlocks(location: StoreLocation, derLabel: string): Promise<readonly FoundBlock[]> {
  if (typeof location !== 'string') return blocksOf(Buffer.from(location.pem), 'text', derLabel);
  const found: FoundBlock[] = [];
  for (const path of await filesOf(location)) {
    const bytes = await readable(path, () => readFile(path));
    found.push(...blocksOf(bytes, path, derLabel));
  }
  return found;
}

/**
 * The files that make up a store.
 * @param path - file or directory
 * @throws StoreFault `ENTENTE_STORE_UNREADABLE`
 */
export async function filesOf(path: string): Promise<readonly string[]> {
  refuseText(path);
  const status = await readable(path, () => stat(path));
  if (!status.isDirectory()) return [path];
  const names = await readable(path, () => readdir(path));
  return names
    .filter((name) => extensions.has(extname(name).toLowerCase()) && !name.startsWith('.'))
    .sort()
    .map((name) => join(path, name));
}

/** The text is not repeated: it is long, and it may be a key. */
function refuseText(path: string): void {
  if (!path.includes('-----BEGIN ')) return;
  throw new StoreFault('ENTENTE_STORE_UNREADABLE', {
    sentence: 'expected the path of a file or directory, found PEM text',
    place: 'text',
    remedy: 'give the text itself as { pem }',
  });
}

/**
 * What stands in a store, for a fault: the labels of its blocks, each once.
 * @param blocks - of the store
 * @param nothing - what is said where there are none
 */
export function labelsOf(blocks: readonly FoundBlock[], nothing: string): string {
  const labels = [...new Set(blocks.map(({ label }) => label))];
  return labels.length === 0 ? nothing : labels.join(', ');
}

function blocksOf(bytes: Buffer, place: string, derLabel: string): FoundBlock[] {
  const sequenceTag = 0x30;
  if (bytes[0] === sequenceTag) return [{ label: derLabel, der: bytes, place }];
  const decoded = decodePem(bytes, { maxBytes: mostBytes });
  if (!decoded.ok) {
    throw new StoreFault('ENTENTE_STORE_MALFORMED', {
      sentence: `expected PEM blocks, found ${decoded.error.message}`,
      place,
      remedy: 'write the file again, with whole blocks from BEGIN to END, or remove it',
    });
  }
  const { value } = decoded;
  return value.map((block, index) => ({
    label: block.label,
    der: block.der,
    place: value.length === 1 ? place : `${place}, block ${index + 1}`,
  }));
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new StoreFault('ENTENTE_STORE_UNREADABLE', {
      sentence: `expected a readable file or directory, found ${(cause as NodeJS.ErrnoException).code ?? 'an error'}`,
      place: path,
      remedy: 'create it, correct the path, or give this user the right to read it',
      cause,
    });
  }
}
