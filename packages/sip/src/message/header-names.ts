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
] as const;

/** Id of the first name that may appear several times. Bit masks of single names fit 31 bits. */
export const firstRepeatable = 32;

const names: string[] = [];
const idByName = new Map<string, number>();
/** Known names by (length, first letter), chained, so that indexing compares one or two names at most. */
const firstOfBucket = new Uint8Array(32 * 32);
const nextInBucket = new Uint8Array(256);
/** The lower-case names, 32 codes each. */
const nameCodes = new Uint8Array(256 * 32);

const compactIds = new Uint8Array(128);

function register(entry: string, id: number): void {
  const [name, compact] = entry.split(':') as [string, string?];
  const lower = name.toLowerCase();
  names[id] = name;
  idByName.set(name, id);
  idByName.set(lower, id);
  for (let i = 0; i < lower.length; i++) nameCodes[id * 32 + i] = lower.charCodeAt(i);
  const bucket = (lower.length << 5) | (lower.charCodeAt(0) & 31);
  nextInBucket[id] = firstOfBucket[bucket]!;
  firstOfBucket[bucket] = id;
  if (compact === undefined) return;
  idByName.set(compact, id);
  compactIds[compact.charCodeAt(0)] = id;
}

for (const [i, entry] of single.entries()) register(entry, i + 1);
for (const [i, entry] of repeatable.entries()) register(entry, firstRepeatable + i);

function idOf(name: string): number {
  return idByName.get(name)!;
}

export const FROM: number = idOf('From');
export const TO: number = idOf('To');
export const CALL_ID: number = idOf('Call-ID');
export const CSEQ: number = idOf('CSeq');
export const MAX_FORWARDS: number = idOf('Max-Forwards');
export const CONTENT_LENGTH: number = idOf('Content-Length');
export const CONTENT_TYPE: number = idOf('Content-Type');
export const EXPIRES: number = idOf('Expires');
export const VIA: number = idOf('Via');
export const CONTACT: number = idOf('Contact');
export const ROUTE: number = idOf('Route');
export const RECORD_ROUTE: number = idOf('Record-Route');

/** Id 0: a name this package does not know. */
export const UNKNOWN = 0;

/**
 * The id of a name in a range of codes, in any case, compact or long.
 *
 * @param codes - The bytes of the message; the range holds token characters only.
 * @returns 0 where the name is unknown.
 */
export function identifyName(codes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = codes[start]! | 0x20;
  if (length === 1) return compactIds[first & 127]!;
  if (length > 31) return UNKNOWN;
  let id = firstOfBucket[(length << 5) | (first & 31)]!;
  while (id !== UNKNOWN) {
    // `| 0x20` folds the case of letters and gives no other token character the code of a character in a known name.
    let i = 0;
    const name = id << 5;
    while (i < length && (codes[start + i]! | 0x20) === nameCodes[name + i]) i++;
    if (i === length) return id;
    id = nextInBucket[id]!;
  }
  return UNKNOWN;
}

/** The id of a name given by a caller, or 0. */
export function headerId(name: string): number {
  return idByName.get(name) ?? idByName.get(name.toLowerCase()) ?? UNKNOWN;
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
