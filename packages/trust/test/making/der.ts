/**
 * DER by hand, for tests only: it writes what it is told, right or wrong, and shares no line with the reader under test.
 */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), contents]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.concat([Buffer.of(tag, 0x80 | octets.length, ...octets), contents]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tlv(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]): Buffer => tlv(0x04, ...parts);
export const bits = (bytes: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.of(unused), bytes);
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text, 'utf8'));
export const ia5 = (text: string, tag = 0x16): Buffer => tlv(tag, Buffer.from(text, 'latin1'));
export const isTrue = tlv(0x01, Buffer.of(0xff));
export const nothing = tlv(0x05);

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const contents = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left % 128) | 0x80);
    return septets;
  });
  return tlv(0x06, Buffer.from(contents));
}

export function integer(value: number | bigint | Uint8Array, tag = 0x02): Buffer {
  if (value instanceof Uint8Array) return tlv(tag, value);
  let hex = BigInt(value).toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const bytes = Buffer.from(hex, 'hex');
  return tlv(tag, (bytes[0]! & 0x80) === 0 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

/** UTCTime until 2049, GeneralizedTime afterwards and where it is asked for. */
export function time(ms: number, generalized = new Date(ms).getUTCFullYear() >= 2050): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return generalized ? tlv(0x18, Buffer.from(digits)) : tlv(0x17, Buffer.from(digits.slice(2)));
}

/** `CN=…,O=…`-like list, most general first: `[['CN', 'x']]`. */
export type Dn = readonly (readonly [keyof typeof attributeTypes, string])[];

const attributeTypes = {
  CN: '2.5.4.3',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  DC: '0.9.2342.19200300.100.1.25',
  email: '1.2.840.113549.1.9.1',
} as const;

export function dn(name: Dn): Buffer {
  return sequence(
    ...name.map(([type, value]) => {
      const text = type === 'DC' || type === 'email' ? ia5(value) : utf8(value);
      return set(sequence(oid(attributeTypes[type]), text));
    }),
  );
}
