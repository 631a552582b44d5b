import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { TAG } from '../der/tags.ts';
import { hexText, isStringTag, stringText } from '../der/text.ts';
import type { AttributeValue } from './name.ts';

/** Ends an RDN; prepared text never contains a control character. */
const END_OF_RDN = '\u0000';
const BETWEEN_ATTRIBUTES = '\u0001';
/** Marks a value that is compared octet by octet. */
const RAW = '\u0002';

/**
 * Comparison key of a name: equal for two names exactly when they are the same name by RFC 5280 §7.1. Text of any string type is
 * compared in its prepared form, so a change from PrintableString to UTF8String keeps the name; the attributes of one RDN are
 * compared as a set.
 */
export function canonicalName(rdns: readonly (readonly AttributeValue[])[]): string {
  let key = '';
  for (const rdn of rdns) {
    if (rdn.length === 1) key += attributeKey(rdn[0]!);
    else key += rdn.map(attributeKey).sort().join(BETWEEN_ATTRIBUTES);
    key += END_OF_RDN;
  }
  return key;
}

function attributeKey({ oid, tag, bytes, text }: AttributeValue): string {
  return text === undefined ? rawKey(oid, tag, bytes, 0, bytes.length) : textKey(oid, text);
}

function rawKey(oid: string, tag: number, bytes: Uint8Array, start: number, stop: number): string {
  return `${oid}=${RAW}${tag}:${hexText(bytes, start, stop)}`;
}

function textKey(oid: string, text: string): string {
  return `${oid}=${prepare(text)}`;
}

/**
 * The {@link canonicalName} of an encoded name, computed without building its parts.
 * @param reader - at a Name that has been checked
 */
export function readCanonicalName(reader: DerReader): string {
  let key = '';
  const outer = reader.open(TAG.SEQUENCE);
  while (reader.more()) {
    const set = reader.open(TAG.SET);
    const first = readAttributeKey(reader);
    if (!reader.more()) key += first;
    else {
      const keys = [first];
      while (reader.more()) keys.push(readAttributeKey(reader));
      key += keys.sort().join(BETWEEN_ATTRIBUTES);
    }
    key += END_OF_RDN;
    reader.close(set);
  }
  reader.close(outer);
  return key;
}

function readAttributeKey(reader: DerReader): string {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  const { bytes } = reader;
  const oid = oidText(bytes, reader.start, reader.stop);
  const tag = reader.peek();
  reader.take(tag);
  const { start, stop } = reader;
  reader.close(outer);
  return isStringTag(tag)
    ? textKey(oid, stringText(tag, bytes, start, stop))
    : rawKey(oid, tag, bytes, start, stop);
}

/**
 * String preparation for comparison: map, fold case, normalise, drop insignificant spaces.
 * @see RFC 5280 §7.1, RFC 4518 §2
 */
export function prepare(text: string): string {
  let hasCapitals = false;
  let isSpaced = false;
  let previous = SPACE;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < SPACE || c > 0x7e) return prepareUnicode(text);
    if (c >= 0x41 && c <= 0x5a) hasCapitals = true;
    if (c === SPACE && previous === SPACE) isSpaced = true;
    previous = c;
  }
  const folded = hasCapitals ? text.toLowerCase() : text;
  return isSpaced || previous === SPACE ? squeeze(folded) : folded;
}

const SPACE = 0x20;

function prepareUnicode(text: string): string {
  return squeeze(mapCharacters(foldCase(mapCharacters(text).normalize('NFKC')).normalize('NFKC')));
}

/** Removes spaces at both ends and all but one of those between words. */
function squeeze(text: string): string {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .join(' ');
}

// Upper-casing first expands what has no single lower-case form (ß → SS), as the folding table of RFC 3454 B.2 does.
// Lower-casing makes the last capital sigma of a word a final one, the only letter that depends on its place.
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** RFC 4518 §2.2: what maps to nothing and what maps to a space. */
function mapCharacters(text: string): string {
  if (!needsMapping(text)) return text;
  let mapped = '';
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (within(TO_SPACE, point)) mapped += ' ';
    else if (!within(TO_NOTHING, point)) mapped += character;
  }
  return mapped;
}

/** Whether a character may lie in one of the ranges; the characters excluded here are letters, marks and symbols. */
function needsMapping(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || (c >= 0x7f && c <= 0xad) || c >= 0xd800) return true;
    if (c >= 0x034f && c <= 0x3000 && (within(TO_SPACE, c) || within(TO_NOTHING, c))) return true;
  }
  return false;
}

function within(ranges: readonly number[], point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (point < ranges[i]!) return false;
    if (point <= ranges[i + 1]!) return true;
  }
  return false;
}

/** White space and line ends, as first and last code point of each range. */
const TO_SPACE = [
  0x09, 0x0d, 0x20, 0x20, 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f,
  0x202f, 0x205f, 0x205f, 0x3000, 0x3000,
];

/** Controls, soft hyphens, joiners, variation selectors, byte order marks, language tags. */
const TO_NOTHING = [
  0x00, 0x08, 0x0e, 0x1f, 0x7f, 0x84, 0x86, 0x9f, 0xad, 0xad, 0x034f, 0x034f, 0x06dd, 0x06dd, 0x070f, 0x070f,
  0x1806, 0x1806, 0x180b, 0x180e, 0x200b, 0x200f, 0x202a, 0x202e, 0x2060, 0x2063, 0x206a, 0x206f, 0xfe00,
  0xfe0f, 0xfeff, 0xfeff, 0xfff9, 0xfffc, 0x1d173, 0x1d17a, 0xe0001, 0xe0001, 0xe0020, 0xe007f,
];
