import type { AlgorithmIdentifier } from './algorithm.ts';
import type { DerReader } from './der/der-reader.ts';
import { oidText } from './der/oid.ts';
import { TAG } from './der/tags.ts';

/** Reads an AlgorithmIdentifier without building it; afterwards it lies before `reader.pos`. */
export function checkAlgorithm(reader: DerReader): void {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  if (reader.more()) reader.any();
  reader.close(outer);
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
