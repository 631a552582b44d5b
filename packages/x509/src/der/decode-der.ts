import { isOctets } from '@entente/options';
import type { Decoded, DecodeLimits } from './decoded.ts';
import { DerReader } from './der-reader.ts';
import { DerFault } from './fault.ts';
import { latin1Text } from './text.ts';

/** Default limits of one kind of structure. */
export interface LimitDefaults {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxItems: number;
}

/**
 * Decodes `bytes` with a reading function and returns what it built, or why the bytes were refused.
 * @param bytes - the input; the value keeps views on it
 * @param where - name of the structure, for errors
 * @param read - builds the value; it must consume everything
 */
export function decodeDer<T>(
  bytes: Uint8Array,
  limits: DecodeLimits | undefined,
  defaults: LimitDefaults,
  where: string,
  read: (reader: DerReader) => T,
): Decoded<T> {
  if (!isOctets(bytes))
    return malformed(isPem(bytes) ? pem : 'expected DER in a Uint8Array, found something else', where);
  const maxBytes = limits?.maxBytes ?? defaults.maxBytes;
  if (bytes.length > maxBytes) {
    return {
      ok: false,
      error: {
        code: 'limit-exceeded',
        message: `expected at most ${maxBytes} octets, found ${bytes.length}; raise maxBytes if this size is expected`,
        offset: 0,
        where,
      },
    };
  }
  // Views on a Buffer would be Buffers, whose slice shares memory, and whose hidden class slows the reader down.
  const plain =
    bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = new DerReader(
    plain,
    where,
    limits?.maxDepth ?? defaults.maxDepth,
    limits?.maxItems ?? defaults.maxItems,
  );
  try {
    const value = read(reader);
    if (reader.pos !== bytes.length) reader.fail('expected the end of the input, found more octets');
    return { ok: true, value };
  } catch (fault) {
    if (!(fault instanceof DerFault)) throw fault;
    if (isPem(latin1Text(plain, 0, Math.min(plain.length, begin.length)))) return malformed(pem, where);
    const { code, message, offset, where: place } = fault;
    return { ok: false, error: { code, message, offset, where: place } };
  }
}

const begin = '-----BEGIN ';
const pem =
  'expected DER, found PEM: decodePem gives the DER of its blocks, decodePemCertificates its certificates';

function isPem(text: unknown): boolean {
  return typeof text === 'string' && text.startsWith(begin);
}

function malformed(message: string, where: string): Decoded<never> {
  return { ok: false, error: { code: 'malformed', message, offset: 0, where } };
}

const DEFAULTS: LimitDefaults = { maxBytes: 1_048_576, maxDepth: 16, maxItems: 16_384 };

/**
 * Decodes a DER structure of your own with the reader of this package.
 *
 * ```ts
 * const digest = readDer(bytes, 'digestInfo', (reader) => {
 *   const outer = reader.open(TAG.SEQUENCE);
 *   reader.any();
 *   reader.octetString();
 *   const value = reader.view();
 *   reader.close(outer);
 *   return value;
 * });
 * ```
 * @param bytes - exactly one structure
 * @param where - its name in errors
 * @param read - builds the value; it must consume everything
 * @param limits - default: 1 MiB, 16 levels, 16,384 elements a list
 * @see X.690 §10, §11
 */
export function readDer<T>(
  bytes: Uint8Array,
  where: string,
  read: (reader: DerReader) => T,
  limits?: DecodeLimits,
): Decoded<T> {
  return decodeDer(bytes, limits, DEFAULTS, where, read);
}
