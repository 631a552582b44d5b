import { createHash } from 'node:crypto';

/**
 * @param algorithm - name as `node:crypto` knows it, e.g. `sha256`
 * @param bytes - what is hashed
 */
export function digestOf(algorithm: string, bytes: Uint8Array): Buffer {
  return createHash(algorithm).update(bytes).digest();
}
