/** Identifier octets of the universal types that X.509 uses. @see X.690 §8.1.2 */
export const TAG = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  NUMERIC_STRING: 0x12,
  PRINTABLE_STRING: 0x13,
  TELETEX_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  VISIBLE_STRING: 0x1a,
  UNIVERSAL_STRING: 0x1c,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

const TAG_NAMES = new Map<number, string>(
  Object.entries(TAG).map(([name, tag]) => [tag, name.replaceAll('_', ' ')]),
);

/** A tag as people write it. */
export function describeTag(tag: number): string {
  const name = TAG_NAMES.get(tag);
  if (name !== undefined) return `${'AEIO'.includes(name[0]!) ? 'an' : 'a'} ${name}`;
  if ((tag & 0xc0) === 0x80) return `[${tag & 0x1f}]`;
  return `tag 0x${tag.toString(16).padStart(2, '0')}`;
}
