import { badArgument } from './given.ts';
import type { RandomBytes } from './signer.ts';

/** Octets of a serial number: the maximum of RFC 5280 §4.1.2.2. */
const serialBytes = 20;

/**
 * Draws a serial number of 159 random bits: positive, at most 20 octets, not guessable (RFC 5280 §4.1.2.2).
 * @param random - source of random bytes
 * @returns content octets of the INTEGER, shortest form
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where the source is not random
 */
export function drawSerialNumber(random: RandomBytes): Uint8Array {
  const serial = Uint8Array.from(random(serialBytes));
  if (serial.length !== serialBytes) {
    throw badArgument(
      `${serialBytes} octets, found ${serial.length}`,
      'source of randomness',
      'pass a source that returns the requested number of octets',
    );
  }
  serial[0] = (serial[0] as number) & 0x7f;
  let start = 0;
  // DER allows a leading zero octet only before an octet whose high bit is set.
  while (start < serialBytes - 1 && serial[start] === 0 && (serial[start + 1] as number) < 0x80) start++;
  if (start === serialBytes - 1 && serial[start] === 0) {
    throw badArgument(
      'random octets, found only zeros',
      'source of randomness',
      'pass a cryptographically strong source',
    );
  }
  return serial.subarray(start);
}

/**
 * The form in which serial numbers are stored and compared.
 * @param serial - content octets of the INTEGER
 * @returns lower-case hexadecimal
 */
export function serialToHex(serial: Uint8Array): string {
  return Buffer.from(serial.buffer, serial.byteOffset, serial.byteLength).toString('hex');
}
