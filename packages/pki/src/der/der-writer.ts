/**
 * Writes DER for the templates of certificates and lists: values in, octets out, shortest lengths. Only what they
 * need. @see ITU-T X.690 §10
 */
export type Octets = Uint8Array;

const text = new TextEncoder();

/** Joins octet strings. */
export function concatenate(parts: readonly Octets[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A value with tag and length. */
export function tagged(tag: number, ...parts: readonly Octets[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const header = lengthOctets(length);
  const whole = new Uint8Array(1 + header.length + length);
  whole[0] = tag;
  whole.set(header, 1);
  let at = 1 + header.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sequence(...parts: readonly Octets[]): Uint8Array {
  return tagged(0x30, ...parts);
}

export function set(...parts: readonly Octets[]): Uint8Array {
  return tagged(0x31, ...parts);
}

export function octetString(content: Octets): Uint8Array {
  return tagged(0x04, content);
}

/** A BIT STRING of whole octets. */
export function bitString(content: Octets): Uint8Array {
  return tagged(0x03, Uint8Array.of(0), content);
}

/** An INTEGER from content octets that are minimal already. */
export function integerOctets(content: Octets): Uint8Array {
  return tagged(0x02, content);
}

/** A non-negative INTEGER. */
export function integer(value: number): Uint8Array {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  if (octets.length === 0 || (octets[0] as number) > 0x7f) octets.unshift(0);
  return tagged(0x02, Uint8Array.from(octets));
}

export function boolean(value: boolean): Uint8Array {
  return Uint8Array.of(0x01, 0x01, value ? 0xff : 0x00);
}

export function utf8String(value: string): Uint8Array {
  return tagged(0x0c, text.encode(value));
}

/** ASCII content with a tag of one's choice, e.g. a GeneralName of type IA5String. */
export function asciiText(tag: number, value: string): Uint8Array {
  return tagged(tag, text.encode(value));
}

/** An OBJECT IDENTIFIER in dotted form. */
export function oid(dotted: string): Uint8Array {
  const arcs = dotted.split('.').map(Number);
  const [first = 0, second = 0, ...rest] = arcs;
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const base128 = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      base128.unshift((left % 128) + 128);
    }
    octets.push(...base128);
  }
  return tagged(0x06, Uint8Array.from(octets));
}

/**
 * A Time: UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5).
 * @param at milliseconds since 1970; fractions of a second are dropped
 */
export function time(at: number): Uint8Array {
  const iso = new Date(at).toISOString();
  const digits = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
  return iso < '2050' ? asciiText(0x17, digits.slice(2)) : asciiText(0x18, digits);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  if (length < 0x10000) return Uint8Array.of(0x82, length >> 8, length & 0xff);
  if (length < 0x1000000) return Uint8Array.of(0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
  return Uint8Array.of(0x84, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}
