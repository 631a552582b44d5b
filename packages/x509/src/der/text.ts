import type { DerReader } from './der-reader.ts';
import { TAG } from './tags.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether the tag is one of the character string types of X.509 names. */
export function isStringTag(tag: number): boolean {
  switch (tag) {
    case TAG.UTF8_STRING:
    case TAG.NUMERIC_STRING:
    case TAG.PRINTABLE_STRING:
    case TAG.TELETEX_STRING:
    case TAG.IA5_STRING:
    case TAG.VISIBLE_STRING:
    case TAG.UNIVERSAL_STRING:
    case TAG.BMP_STRING:
      return true;
    default:
      return false;
  }
}

/** Reads a character string of this type and checks its alphabet. */
export function readString(reader: DerReader, tag: number): void {
  reader.take(tag);
  const { bytes, start, stop } = reader;
  switch (tag) {
    case TAG.UTF8_STRING:
      checkUtf8(reader);
      return;
    case TAG.PRINTABLE_STRING:
      for (let i = start; i < stop; i++) {
        if (PRINTABLE[bytes[i]!] === 0) {
          reader.fail('expected the alphabet of PrintableString, found another character', i);
        }
      }
      return;
    case TAG.NUMERIC_STRING:
      for (let i = start; i < stop; i++) {
        const c = bytes[i]!;
        if (c !== 0x20 && (c < 0x30 || c > 0x39)) reader.fail('expected digits and spaces', i);
      }
      return;
    case TAG.VISIBLE_STRING:
      for (let i = start; i < stop; i++) {
        const c = bytes[i]!;
        if (c < 0x20 || c > 0x7e) reader.fail('expected visible ASCII', i);
      }
      return;
    case TAG.IA5_STRING:
      checkAscii(reader);
      return;
    case TAG.BMP_STRING:
      if ((stop - start) % 2 !== 0) reader.fail('expected a BMPString of whole characters', start);
      for (let i = start; i < stop; i += 2) {
        if ((bytes[i]! & 0xf8) === 0xd8) reader.fail('expected a BMPString without surrogates', i);
      }
      return;
    case TAG.UNIVERSAL_STRING:
      checkUtf32(reader);
      return;
    default:
      // TeletexString: any octets. Certificates never use its shifts, so it is taken as Latin-1.
      return;
  }
}

/** Refuses octets beyond ASCII in the content read last. */
export function checkAscii(reader: DerReader): void {
  const { bytes, start, stop } = reader;
  for (let i = start; i < stop; i++) {
    if (bytes[i]! >= 0x80) reader.fail('expected ASCII, found another character', i);
  }
}

function checkUtf8(reader: DerReader): void {
  const { bytes, start, stop } = reader;
  let i = start;
  while (i < stop && bytes[i]! < 0x80) i++;
  if (i === stop) return;
  try {
    UTF8.decode(bytes.subarray(i, stop));
  } catch {
    reader.fail('expected UTF-8, found octets that are not', i);
  }
}

function checkUtf32(reader: DerReader): void {
  const { start, stop } = reader;
  if ((stop - start) % 4 !== 0) reader.fail('expected a UniversalString of whole characters', start);
  for (let i = start; i < stop; i += 4) {
    const point = utf32At(reader.bytes, i);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      reader.fail('expected a UniversalString of Unicode characters', i);
    }
  }
}

function utf32At(bytes: Uint8Array, i: number): number {
  return bytes[i]! * 0x1000000 + bytes[i + 1]! * 0x10000 + bytes[i + 2]! * 0x100 + bytes[i + 3]!;
}

/** Text of a string that `readString` accepted. */
export function stringText(tag: number, bytes: Uint8Array, start: number, stop: number): string {
  switch (tag) {
    case TAG.UTF8_STRING:
      // Most names are ASCII, and a call of the decoder costs more than the name.
      return isAscii(bytes, start, stop)
        ? latin1Text(bytes, start, stop)
        : UTF8.decode(bytes.subarray(start, stop));
    case TAG.BMP_STRING: {
      let text = '';
      for (let i = start; i < stop; i += 2) text += String.fromCharCode(bytes[i]! * 256 + bytes[i + 1]!);
      return text;
    }
    case TAG.UNIVERSAL_STRING: {
      let text = '';
      for (let i = start; i < stop; i += 4) text += String.fromCodePoint(utf32At(bytes, i));
      return text;
    }
    default:
      return latin1Text(bytes, start, stop);
  }
}

function isAscii(bytes: Uint8Array, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}

const CHUNK = 8192;
/** Up to this length it is cheaper to build a text piece by piece than to create a view for `apply`. */
const SHORT = 32;

/** Each octet as the character of the same number. */
export function latin1Text(bytes: Uint8Array, start: number, stop: number): string {
  if (stop - start <= SHORT) return shortText(bytes, start, stop);
  if (stop - start <= CHUNK) return String.fromCharCode.apply(null, bytes.subarray(start, stop) as never);
  let text = '';
  for (let i = start; i < stop; i += CHUNK) text += latin1Text(bytes, i, Math.min(i + CHUNK, stop));
  return text;
}

function shortText(bytes: Uint8Array, start: number, stop: number): string {
  let text = '';
  let i = start;
  for (; i + 4 <= stop; i += 4) {
    text += String.fromCharCode(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!);
  }
  for (; i < stop; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** Lower-case hex, two digits an octet. */
export function hexText(bytes: Uint8Array, start: number, stop: number): string {
  let text = '';
  for (let i = start; i < stop; i++) text += HEX[bytes[i]!]!;
  return text;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

// X.680 §41.4: letters, digits, space and ' ( ) + , - . / : = ?
const PRINTABLE = new Uint8Array(256);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") {
  PRINTABLE[c.charCodeAt(0)] = 1;
}
