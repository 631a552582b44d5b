import { isOctets } from '@entente/options';
import type { Decoded, DecodeError, DecodeLimits } from '../der/decoded.ts';
import { checks } from '../der/encode-error.ts';
import { octetsOf } from '../der/given.ts';
import { latin1Text } from '../der/text.ts';
import type { Certificate } from './certificate.ts';
import { decodeCertificate } from './decode-certificate.ts';

/** One block of a PEM text. @see RFC 7468 */
export interface PemBlock {
  /** E.g. `CERTIFICATE`. */
  readonly label: string;
  /** The decoded octets. They may be anything: only the base64 has been checked. */
  readonly der: Uint8Array;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const LINE = 64;
const MAX_BYTES = 268_435_456;
const MAX_BLOCKS = 16_384;
const MAX_LABEL = 64;

/** Byte order marks of UTF-8, decoded and as octets: editors write one at the beginning of a file, and files are joined. */
const MARKS = ['\ufeff', '\u00ef\u00bb\u00bf'];
/** The same of UTF-16, as octets. */
const WIDE_MARKS = ['\u00ff\u00fe', '\u00fe\u00ff'];
/** In UTF-16, of either order, every other octet of ASCII is 0. */
const WIDE_BEGIN = [...'-----BEGIN'].join('\0');

/**
 * Decodes every block of a PEM text. Text between blocks is skipped, as RFC 7468 §2 allows, and so is a byte order mark of UTF-8; a block may contain
 * only canonical base64 and white space. UTF-16 is refused.
 * @param text - ASCII or UTF-8; octets are taken as Latin-1
 * @param limits - default: 256 MiB of text, 16,384 blocks
 * @see RFC 7468 §2, §3
 */
export function decodePem(text: string | Uint8Array, limits?: DecodeLimits): Decoded<readonly PemBlock[]> {
  if (!isTextual(text))
    return refuse('malformed', `expected PEM as a text or in a Uint8Array, found ${kindOf(text)}`, 0);
  const maxBytes = limits?.maxBytes ?? MAX_BYTES;
  const maxItems = limits?.maxItems ?? MAX_BLOCKS;
  if (text.length > maxBytes) {
    return refuse('limit-exceeded', `expected at most ${maxBytes} characters, found ${text.length}`, 0);
  }
  const source = typeof text === 'string' ? text : latin1Text(text, 0, text.length);
  const blocks: PemBlock[] = [];
  let at = nextMarker(source, BEGIN, 0);
  while (at >= 0) {
    if (blocks.length >= maxItems) {
      return refuse('limit-exceeded', `expected at most ${maxItems} blocks, found more`, at);
    }
    const labelEnd = source.indexOf(DASHES, at + BEGIN.length);
    const label = labelEnd < 0 ? '' : source.slice(at + BEGIN.length, labelEnd);
    if (labelEnd < 0 || label.length > MAX_LABEL || !isLabel(label)) {
      return refuse('malformed', 'expected "-----BEGIN LABEL-----", found a line that is not', at);
    }
    const bodyStart = labelEnd + DASHES.length;
    const bodyEnd = source.indexOf(END, bodyStart);
    const marker = `${END}${label}${DASHES}`;
    if (bodyEnd < 0 || !source.startsWith(marker, bodyEnd)) {
      return refuse('malformed', `expected "${marker}" to end the block, found another line or the end`, at);
    }
    const der = decodeBase64(source, bodyStart, bodyEnd);
    if (typeof der === 'number') {
      return refuse('malformed', 'expected base64 and line ends, found another character or padding', der);
    }
    blocks.push({ label, der });
    at = nextMarker(source, BEGIN, bodyEnd + marker.length);
  }
  if (blocks.length === 0 && isWide(source)) {
    return refuse(
      'unsupported',
      'expected PEM in ASCII or UTF-8, found UTF-16: write the file again as UTF-8',
      0,
    );
  }
  return { ok: true, value: blocks };
}

/** Callers in JavaScript have no compiler that finds another value, and one that was skipped would be a file without certificates. */
function isTextual(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || isOctets(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value instanceof Promise ? 'a promise: await it' : 'something else';
}

/** UTF-16, also where it was decoded as another encoding. */
function isWide(source: string): boolean {
  return WIDE_MARKS.some((mark) => source.startsWith(mark)) || source.includes(WIDE_BEGIN);
}

/** The next marker that begins a line, or -1. */
function nextMarker(source: string, marker: string, from: number): number {
  let at = source.indexOf(marker, from);
  while (at > 0 && !beginsLine(source, at)) at = source.indexOf(marker, at + 1);
  return at;
}

function beginsLine(source: string, at: number): boolean {
  const mark = MARKS.find((one) => source.startsWith(one, at - one.length));
  const before = at - (mark?.length ?? 0) - 1;
  return before < 0 || source.charCodeAt(before) === 0x0a || source.charCodeAt(before) === 0x0d;
}

/** Labels are words of visible ASCII; a hyphen would be ambiguous with the dashes. */
function isLabel(label: string): boolean {
  for (let i = 0; i < label.length; i++) {
    const c = label.charCodeAt(i);
    if (c < 0x20 || c > 0x7e || c === 0x2d) return false;
  }
  return true;
}

/** The octets, or the offset of the first character that is not allowed. */
function decodeBase64(source: string, start: number, end: number): Uint8Array | number {
  const octets = new Uint8Array(Math.floor(((end - start) * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  let padding = 0;
  for (let i = start; i < end; i++) {
    const c = source.charCodeAt(i);
    const value = c < 128 ? BASE64[c]! : INVALID;
    if (value === SPACE) continue;
    if (value === PADDING) {
      padding++;
      continue;
    }
    if (value === INVALID || padding > 0) return i;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    octets[length++] = (bits >> held) & 0xff;
  }
  // Remaining bits are 0, and the padding completes the last group of four.
  const expected = held === 4 ? 2 : held === 2 ? 1 : 0;
  if (held === 6 || padding !== expected || (bits & ((1 << held) - 1)) !== 0) return end;
  return octets.subarray(0, length);
}

const INVALID = 255;
const SPACE = 254;
const PADDING = 253;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64 = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < ALPHABET.length; i++) BASE64[ALPHABET.charCodeAt(i)] = i;
for (const c of [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]) BASE64[c] = SPACE;
BASE64[0x3d] = PADDING;

/**
 * Encodes one block in lines of 64 characters, with a line end after the last.
 * @param label - e.g. `CERTIFICATE`
 * @see RFC 7468 §3
 */
export function encodePem(label: string, der: Uint8Array): string {
  if (typeof label !== 'string') throw checks.unlike(label, 'a label such as CERTIFICATE', 'PEM');
  octetsOf(der, 'PEM');
  const lines = [`${BEGIN}${label}${DASHES}`];
  const octetsPerLine = (LINE / 4) * 3;
  for (let i = 0; i < der.length; i += octetsPerLine) {
    lines.push(encodeBase64(der, i, Math.min(i + octetsPerLine, der.length)));
  }
  lines.push(`${END}${label}${DASHES}`, '');
  return lines.join('\n');
}

function encodeBase64(bytes: Uint8Array, start: number, stop: number): string {
  let text = '';
  for (let i = start; i < stop; i += 3) {
    const left = stop - i;
    const group = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0);
    text += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!;
    text += (left > 1 ? ALPHABET[(group >> 6) & 63]! : '=') + (left > 2 ? ALPHABET[group & 63]! : '=');
  }
  return text;
}

const CERTIFICATE_LABELS = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

/** DER of a certificate begins with this tag. */
const SEQUENCE = 0x30;

/**
 * Decodes the certificates of a PEM text, in order; blocks of other kinds are skipped. A text without any block is refused: it is empty, another file,
 * or the name of one.
 * @param limits - of the text and of each certificate
 * @returns the certificates, or the first refusal with `where` naming the block, counted from 1
 * @see RFC 7468 §5
 */
export function decodePemCertificates(
  text: string | Uint8Array,
  limits?: DecodeLimits,
): Decoded<readonly Certificate[]> {
  const blocks = decodePem(text, limits);
  if (!blocks.ok) return blocks;
  if (blocks.value.length === 0) {
    const isDer = typeof text !== 'string' && text[0] === SEQUENCE;
    const found = isDer
      ? 'expected PEM, found DER: decodeCertificate reads it'
      : 'expected at least one PEM block, found none';
    return refuse('malformed', found, 0);
  }
  const certificates: Certificate[] = [];
  for (const [index, { label, der }] of blocks.value.entries()) {
    if (!CERTIFICATE_LABELS.has(label)) continue;
    const decoded = decodeCertificate(der, limits);
    if (!decoded.ok) {
      const { error } = decoded;
      return { ok: false, error: { ...error, where: `block ${index + 1}: ${error.where}` } };
    }
    certificates.push(decoded.value);
  }
  return { ok: true, value: certificates };
}

function refuse(code: DecodeError['code'], message: string, offset: number): Decoded<never> {
  return { ok: false, error: { code, message, offset, where: 'pem' } };
}
