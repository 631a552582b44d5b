import type { AlgorithmIdentifier } from './algorithm.ts';
import { DerReader } from './der/der-reader.ts';
import { oidText } from './der/oid.ts';
import { TAG } from './der/tags.ts';

/** Reads an AlgorithmIdentifier without building it; afterwards it lies before `reader.pos`. */
export function checkAlgorithm(reader: DerReader): void {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  if (reader.more()) reader.any();
  reader.close(outer);
}

/**
 * Reads an AlgorithmIdentifier that `checkAlgorithm` has accepted, or part of what was.
 * @param at where it begins
 * @param end where it ends at the latest
 */
export function algorithmAt(bytes: Uint8Array, at: number, end: number): AlgorithmIdentifier {
  const reader = new DerReader(bytes, 'algorithm', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  reader.pos = at;
  reader.end = end;
  return readAlgorithm(reader);
}

/** Reads an AlgorithmIdentifier. */
export function readAlgorithm(reader: DerReader): AlgorithmIdentifier {
  const from = reader.pos;
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  const oid = oidText(reader.bytes, reader.start, reader.stop);
  let parameters: Uint8Array | undefined;
  if (reader.more()) {
    reader.any();
    parameters = reader.view();
  }
  reader.close(outer);
  return { oid, der: reader.view(from, reader.pos), parameters };
}
