import { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { TAG } from '../der/tags.ts';
import type { AlgorithmIdentifier } from './algorithm.ts';

/** Checks an AlgorithmIdentifier without building it; it then ends at `reader.pos`. */
export function checkAlgorithm(reader: DerReader): void {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  if (reader.more()) reader.any();
  reader.close(outer);
}

/**
 * Builds an AlgorithmIdentifier that `checkAlgorithm` accepted, or that is part of one.
 * @param at - where it begins
 * @param end - where it ends at the latest
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
  const parametersFrom = reader.pos;
  if (reader.more()) reader.any();
  const to = reader.pos;
  reader.close(outer);
  return new ReadAlgorithm(oid, reader.bytes, from, parametersFrom, to);
}

/** Most algorithms are used for their identifier alone: views are created when they are read. */
class ReadAlgorithm implements AlgorithmIdentifier {
  readonly oid: string;
  private readonly bytes: Uint8Array;
  private readonly from: number;
  private readonly parametersFrom: number;
  private readonly to: number;

  constructor(oid: string, bytes: Uint8Array, from: number, parametersFrom: number, to: number) {
    this.oid = oid;
    this.bytes = bytes;
    this.from = from;
    this.parametersFrom = parametersFrom;
    this.to = to;
  }

  get der(): Uint8Array {
    return this.bytes.subarray(this.from, this.to);
  }

  get parameters(): Uint8Array | undefined {
    return this.parametersFrom === this.to ? undefined : this.bytes.subarray(this.parametersFrom, this.to);
  }
}
