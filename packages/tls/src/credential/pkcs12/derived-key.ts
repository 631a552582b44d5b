import { createHash } from 'node:crypto';
import type { digests } from './object-ids.ts';

/** What a key is for: the identifiers of RFC 7292 appendix B.3. */
export const purpose = { cipherKey: 1, iv: 2, macKey: 3 } as const;

/** Parameters of {@link derivedKey}. */
export interface Derivation {
  /** One of `digests`. */
  readonly digest: typeof digests extends ReadonlyMap<string, infer D> ? D : never;
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly purpose: (typeof purpose)[keyof typeof purpose];
  /** Length of what is wanted, bytes. */
  readonly bytes: number;
}

/**
 * Derives a key, an IV or a MAC key from a passphrase, as PKCS#12 does.
 * @param derivation - digest, passphrase, salt, and what for
 * @see RFC 7292 appendix B.2
 */
export function derivedKey({ bytes, digest, iterations, passphrase, purpose, salt }: Derivation): Buffer {
  const { block, name } = digest;
  const diversifier = Buffer.alloc(block, purpose);
  // BMPString with two octets of zero at its end (appendix B.1).
  const text = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  const input = Buffer.concat([repeated(salt, block), repeated(text, block)]);
  const parts: Buffer[] = [];
  for (let length = 0; length < bytes; ) {
    let part = createHash(name).update(diversifier).update(input).digest();
    for (let round = 1; round < iterations; round++) part = createHash(name).update(part).digest();
    parts.push(part);
    length += part.length;
    const added = repeated(part, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) addOne(input.subarray(at, at + block), added);
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

/** As often as fills whole blocks; nothing where there is nothing. */
function repeated(bytes: Uint8Array, block: number): Buffer {
  return Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);
}

/** `target + added + 1`, as numbers of a block's length. */
function addOne(target: Buffer, added: Buffer): void {
  let carry = 1;
  for (let at = target.length - 1; at >= 0; at--) {
    const sum = target[at]! + added[at]! + carry;
    target[at] = sum & 0xff;
    carry = sum >> 8;
  }
}
