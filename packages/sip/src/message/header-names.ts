import { checkName } from '../syntax/check-text.ts';
import { detached } from '../syntax/detached.ts';

/** `To:` as three bytes of a word. */
const TO_SPELLED = 0x3a6f54;
const SPREAD = 0x24275a49;

/** Id 0: a name this package does not know. */
export const UNKNOWN = 0;

/**
 * Header field names this package knows, with their compact forms. A name gets a small number ("id") when a message is
 * indexed, so that later look-ups compare numbers. Ids below `firstRepeatable` may appear once in a message.
 */
const single = [
  'From:f',
  'To:t',
  'Call-ID:i',
  'CSeq',
  'Max-Forwards',
  'Content-Length:l',
  'Content-Type:c',
  'Expires',
  'Date',
  'Min-Expires',
  'Content-Disposition',
  'MIME-Version',
  'Event:o',
  'Subscription-State',
  'Refer-To:r',
  'Referred-By:b',
  'Replaces',
  'Target-Dialog',
  'Session-Expires:x',
  'Min-SE',
  'RSeq',
  'RAck',
  'Retry-After',
  'Timestamp',
  'Organization',
  'Subject:s',
  'Flow-Timer',
  'SIP-ETag',
  'SIP-If-Match',
] as const;

const repeatable = [
  'Via:v',
  'Contact:m',
  'Route',
  'Record-Route',
  'Path',
  'Service-Route',
  'Require',
  'Proxy-Require',
  'Supported:k',
  'Unsupported',
  'Allow',
  'Allow-Events:u',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Contact:a',
  'Reject-Contact:j',
  'Request-Disposition:d',
  'Content-Encoding:e',
  'Content-Language',
  'Authorization',
  'Proxy-Authorization',
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Authentication-Info',
  'Warning',
  'Reason',
  'Privacy',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Alert-Info',
  'Call-Info',
  'Error-Info',
  'In-Reply-To',
  'Priority',
  'Reply-To',
  'Server',
  'User-Agent',
  'Identity:y',
  'History-Info',
  'Join',
  'Max-Breadth',
  'Diversion',
  'Remote-Party-ID',
  'P-Associated-URI',
  'P-Called-Party-ID',
  'P-Served-User',
  'P-Asserted-Service',
] as const;

/** Id of the first name that may appear several times. Bit masks of single names fit 31 bits. */
export const firstRepeatable = 32;

/** Other spellings, and unknown names, that are kept so that they are found at once. */
const maxNamesKept = 512;
const maxLengthKept = 64;

const names: string[] = [];
const idByName = new Map<string, number>();
/** Known names by (length, first letter), chained, so that indexing compares one or two names at most. */
const firstOfBucket = new Uint8Array(32 * 32);
const nextInBucket = new Uint8Array(256);
/** The lower-case names as little-endian words of four characters, and the word of the last four. */
const nameWords = new Int32Array(256 * 8);
const lastWords = new Int32Array(256);

const compactIds = new Uint8Array(256);

/** The same for the usual spelling with its colon, by its first word: nearly every line begins with one. */
const firstSpelled = new Uint8Array(256);
const nextSpelled = new Uint8Array(256);
const spelledWords = new Int32Array(256 * 8);
const lastSpelledWords = new Int32Array(256);

/** Characters of the usual spelling of an id; 0 for `UNKNOWN`. */
export const nameLengths: Uint8Array = new Uint8Array(256);

function register(entry: string, id: number): void {
  const [name, compact] = entry.split(':') as [string, string?];
  const lower = name.toLowerCase();
  names[id] = name;
  idByName.set(name, id);
  idByName.set(lower, id);
  const codes = Uint8Array.from(lower, (character) => character.charCodeAt(0));
  for (let i = 0; i + 4 <= lower.length; i += 4) nameWords[id * 8 + i / 4] = foldedWordAt(codes, i);
  if (lower.length >= 4) lastWords[id] = foldedWordAt(codes, lower.length - 4);
  const bucket = (lower.length << 5) | (lower.charCodeAt(0) & 31);
  nextInBucket[id] = firstOfBucket[bucket]!;
  firstOfBucket[bucket] = id;
  registerSpelling(name, id);
  if (compact === undefined) return;
  idByName.set(compact, id);
  compactIds[compact.charCodeAt(0)] = id;
}

function registerSpelling(name: string, id: number): void {
  nameLengths[id] = name.length;
  if (name.length < 3) return;
  const codes = Uint8Array.from(`${name}:`, (character) => character.charCodeAt(0));
  for (let i = 0; i + 4 <= codes.length; i += 4) spelledWords[id * 8 + i / 4] = wordAt(codes, i);
  lastSpelledWords[id] = wordAt(codes, codes.length - 4);
  // Behind those of the same bucket: the names at the top of the lists are the usual ones.
  const bucket = bucketOf(spelledWords[id * 8]!);
  let last = firstSpelled[bucket]!;
  if (last === UNKNOWN) firstSpelled[bucket] = id;
  else {
    while (nextSpelled[last] !== UNKNOWN) last = nextSpelled[last]!;
    nextSpelled[last] = id;
  }
}

for (const [i, entry] of single.entries()) register(entry, i + 1);
for (const [i, entry] of repeatable.entries()) register(entry, firstRepeatable + i);

// Places in the lists above, written as constants for fast comparison; a test checks them.
export const FROM = 1;
export const TO = 2;
export const CALL_ID = 3;
export const CSEQ = 4;
export const MAX_FORWARDS = 5;
export const CONTENT_LENGTH = 6;
export const EXPIRES = 8;
export const VIA = 32;
export const CONTACT = 33;
export const ROUTE = 34;
export const RECORD_ROUTE = 35;

/**
 * The id of the name that stands at an offset in its usual spelling with the colon right behind it.
 *
 * @returns 0 for any other spelling, and for names that are unknown.
 */
export function nameBeforeColon(codes: Uint8Array, start: number, size: number): number {
  if (start + 4 > size) return UNKNOWN;
  const first = wordAt(codes, start);
  if ((first & 0xffffff) === TO_SPELLED) return TO;
  let id = firstSpelled[bucketOf(first)]!;
  while (id !== UNKNOWN) {
    const colon = start + nameLengths[id]!;
    if (spelledWords[id << 3] === first && colon < size && codes[colon] === 0x3a) {
      let word = (id << 3) + 1;
      let at = start + 4;
      const last = colon - 3;
      while (at < last && wordAt(codes, at) === spelledWords[word]) {
        at += 4;
        word++;
      }
      if (at >= last && wordAt(codes, last) === lastSpelledWords[id]) return id;
    }
    id = nextSpelled[id]!;
  }
  return UNKNOWN;
}

/** Any word gets one of 256 numbers; the words that known names begin with get different ones, or nearly so. */
function bucketOf(word: number): number {
  return Math.imul(word, SPREAD) >>> 24;
}

/** The id of a compact name: one letter of either case. */
export function compactId(code: number): number {
  return compactIds[code | 0x20]!;
}

/**
 * The id of a name in a range of codes, in any case, compact or long.
 *
 * @param codes - The bytes of the message; the range holds token characters only.
 * @returns 0 where the name is unknown.
 */
export function identifyName(codes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 4) return identifyShort(codes, start, length);
  if (length > 31) return UNKNOWN;
  const last = length - 4;
  let id = firstOfBucket[(length << 5) | (codes[start]! & 31)]!;
  while (id !== UNKNOWN) {
    // Four characters at a time, the last four overlapping. `| 0x20` folds the case of letters and gives no other token
    // character the code of a character in a known name.
    let word = id << 3;
    let at = 0;
    while (at < last && foldedWordAt(codes, start + at) === nameWords[word]) {
      at += 4;
      word++;
    }
    if (at >= last && foldedWordAt(codes, start + last) === lastWords[id]) return id;
    id = nextInBucket[id]!;
  }
  return UNKNOWN;
}

function identifyShort(codes: Uint8Array, start: number, length: number): number {
  const first = codes[start]! | 0x20;
  if (length === 1) return compactIds[first]!;
  const second = codes[start + 1]! | 0x20;
  if (length === 2) return first === 0x74 && second === 0x6f ? TO : UNKNOWN;
  return first === 0x76 && second === 0x69 && (codes[start + 2]! | 0x20) === 0x61 ? VIA : UNKNOWN;
}

function wordAt(codes: Uint8Array, at: number): number {
  return codes[at]! | (codes[at + 1]! << 8) | (codes[at + 2]! << 16) | (codes[at + 3]! << 24);
}

function foldedWordAt(codes: Uint8Array, at: number): number {
  return wordAt(codes, at) | 0x20202020;
}

/** The id of a name given by a caller, or 0. */
export function headerId(name: string): number {
  const id = idByName.get(name);
  return id === undefined ? otherId(name) : id;
}

/** In another case, or unknown; the names that a program asks for are few. */
function otherId(name: string): number {
  checkName(name);
  const id = idByName.get(name.toLowerCase()) ?? UNKNOWN;
  if (idByName.size < maxNamesKept && name.length <= maxLengthKept) idByName.set(detached(name), id);
  return id;
}

/** The usual spelling of a known name; any other name comes back unchanged. */
export function usualName(name: string): string {
  const id = headerId(name);
  return id === UNKNOWN ? name : names[id]!;
}

/** The usual spelling of an id. */
export function nameOfId(id: number): string {
  return names[id] ?? 'header';
}
