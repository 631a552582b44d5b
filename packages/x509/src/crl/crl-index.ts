import { entryEnd, isRemoval, serialOffset } from './crl-entry.ts';

/**
 * Which runs of entries belong to which issuer of an indirect CRL. Entries before the first run belong to the CRL's own issuer,
 * number 0.
 */
export interface IssuerRuns {
  /** Offset of the first entry of each run, ascending. */
  readonly offsets: readonly number[];
  /** Number of the run's issuer. */
  readonly issuers: readonly number[];
}

/** Number of the issuer of the entry at `offset`. */
export function issuerAt(runs: IssuerRuns, offset: number): number {
  const { offsets, issuers } = runs;
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : issuers[low - 1]!;
}

/**
 * Hash index over the entries of a CRL: open addressing in one Int32Array, two numbers an entry (hash, offset), so a million
 * entries take 16 MiB and a lookup touches one or two cache lines.
 *
 * The hash is seeded with octets of the CRL's signature. The serial numbers are chosen before the signature is known, so they
 * cannot be made to collide.
 */
export class CrlIndex {
  private readonly bytes: Uint8Array;
  private readonly runs: IssuerRuns;
  private readonly table: Int32Array;
  private readonly mask: number;
  private readonly seed: number;
  private readonly seed2: number;

  /**
   * @param from - offset of the first entry
   * @param to - offset behind the last entry
   * @param count - number of entries
   */
  constructor(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    runs: IssuerRuns,
    signature: Uint8Array,
  ) {
    this.bytes = bytes;
    this.runs = runs;
    this.seed = mixSeed(signature, 0x9e3779b9);
    this.seed2 = mixSeed(signature, 0x85ebca6b);
    let slots = 16;
    while (slots < count * 1.5) slots *= 2;
    this.mask = slots - 1;
    this.table = new Int32Array(slots * 2);
    let issuer = 0;
    let run = 0;
    for (let at = from; at < to; at = entryEnd(bytes, at)) {
      if (run < runs.offsets.length && runs.offsets[run] === at) issuer = runs.issuers[run++]!;
      this.insert(at, issuer);
    }
  }

  private insert(at: number, issuer: number): void {
    const { bytes, table, mask } = this;
    const start = serialOffset(bytes, at);
    const stop = start + bytes[start - 1]!;
    const hash = this.hash(bytes, start, stop, issuer);
    let slot = hash & mask;
    for (;;) {
      const offset = table[slot * 2 + 1]!;
      if (offset === 0) break;
      if (table[slot * 2] === hash && this.isSame(offset, bytes, start, stop, issuer)) {
        // Two entries of one certificate: the first counts, but a revocation takes precedence over a removal.
        if (!isRemoval(bytes, offset)) return;
        break;
      }
      slot = (slot + 1) & mask;
    }
    table[slot * 2] = hash;
    table[slot * 2 + 1] = at;
  }

  /** Offset of the entry with this serial number and issuer, or -1. */
  find(serial: Uint8Array, issuer: number): number {
    const { table, mask } = this;
    const hash = this.hash(serial, 0, serial.length, issuer);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const offset = table[slot * 2 + 1]!;
      if (offset === 0) return -1;
      if (table[slot * 2] === hash && this.isSame(offset, serial, 0, serial.length, issuer)) return offset;
    }
  }

  private isSame(offset: number, bytes: Uint8Array, start: number, stop: number, issuer: number): boolean {
    const own = this.bytes;
    const at = serialOffset(own, offset);
    if (own[at - 1] !== stop - start) return false;
    for (let i = start, j = at; i < stop; i++, j++) if (own[j] !== bytes[i]) return false;
    return issuerAt(this.runs, offset) === issuer;
  }

  private hash(bytes: Uint8Array, start: number, stop: number, issuer: number): number {
    let a = this.seed ^ issuer;
    let b = this.seed2 ^ (stop - start);
    for (let i = start; i < stop; i++) {
      a = Math.imul(a ^ bytes[i]!, 0x01000193);
      b = (Math.imul(b, 0x01000197) + bytes[i]!) ^ (a >>> 15);
    }
    a = Math.imul(a ^ (a >>> 16) ^ b, 0x85ebca6b);
    a = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
    return a ^ (a >>> 16);
  }
}

function mixSeed(octets: Uint8Array, start: number): number {
  let seed = start | 0;
  for (let i = 0; i < octets.length; i++) {
    seed = Math.imul(seed ^ octets[i]!, 0x01000193);
    seed ^= seed >>> 13;
  }
  return seed;
}
