import { z } from 'zod';
import { isDomainName } from '../names/domain-name.ts';
import { isIpv4, isIpv6 } from '../names/ip-address.ts';

/** Codes of fields whose text does not have its format. */
export type FieldCode =
  | 'not-a-name'
  | 'wildcard-name'
  | 'not-an-address'
  | 'not-an-id'
  | 'not-a-fingerprint'
  | 'not-base64'
  | 'not-a-time'
  | 'not-an-aor'
  | 'not-a-url'
  | 'not-a-title'
  | 'not-a-number'
  | 'too-long';

/** Longest title, in UTF-16 code units. */
const maxTitleLength = 200;

/**
 * A text with a format of its own; the code and the sentence go into the problem.
 * @param code - of the problem
 * @param expected - completes "is not …"
 * @param accepts - whether a text has the format
 * @param maxLength - in UTF-16 code units
 * @param format - of JSON Schema; empty where it has none
 */
export function text(
  code: FieldCode,
  expected: string,
  accepts: (value: string) => boolean,
  maxLength: number,
  format: string,
) {
  return z
    .string()
    .superRefine((value, context) => {
      if (value.length > maxLength) {
        context.addIssue({
          code: 'custom',
          params: { code: 'too-long' satisfies FieldCode },
          message: `The text has ${value.length} characters; at most ${maxLength} are allowed.`,
        });
      } else if (!accepts(value)) {
        context.addIssue({
          code: 'custom',
          params: { code: value.includes('*') && code === 'not-a-name' ? 'wildcard-name' : code },
          message: `${JSON.stringify(value.slice(0, 80))} is not ${expected}.`,
        });
      }
    })
    .meta({ description: capital(expected), maxLength, ...(format !== '' && { format }) });
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export const domainName = text(
  'not-a-name',
  'a valid DNS name: lower case, two labels or more, no wildcard',
  isDomainName,
  253,
  'hostname',
);

/** A domain name, or the same as a `sip:` URI. */
export const certificateName = text(
  'not-a-name',
  'a valid DNS name, with or without sip: before it, and without wildcard',
  (value) => isDomainName(value.startsWith('sip:') ? value.slice(4) : value),
  257,
  '',
);

export const ipAddress = text(
  'not-an-address',
  'a valid IPv4 or IPv6 address',
  (value) => isIpv4(value) || isIpv6(value),
  45,
  '',
);

/**
 * Whether a text has the form of an id.
 * @param value - of up to 64 characters; the length is not looked at
 */
export function isIdentifier(value: string): boolean {
  return /^[a-z0-9][a-z0-9.-]*$/.test(value);
}

export const identifier = text(
  'not-an-id',
  'a valid id: lower-case letters, digits, dots and hyphens, beginning with a letter or digit',
  isIdentifier,
  64,
  '',
);

export const fingerprint = text(
  'not-a-fingerprint',
  'a SHA-256 fingerprint of 64 lower-case hex digits',
  (value) => /^[0-9a-f]{64}$/.test(value),
  64,
  '',
);

/** For people only, but it is shown on terminals and in logs: no control character may reach them. */
export const title = text(
  'not-a-title',
  'a text without control characters',
  (value) => !/\p{Control}/u.test(value),
  maxTitleLength,
  '',
);

/** Strict base64: a text that decodes and encodes back to itself, so that each value has one spelling. */
export const base64 = text('not-base64', 'valid base64 on one line', isBase64, 32 * 1024, '');

export const utcTime = text(
  'not-a-time',
  'a valid time in UTC, like 2026-01-31T12:00:00Z',
  (value) => timeInMs(value) !== undefined,
  20,
  'date-time',
);

export const addressOfRecord = text(
  'not-an-aor',
  'an address like alice@contoso.example, without scheme and with the host in lower case',
  isAddressOfRecord,
  320,
  '',
);

export const httpsUrl = text('not-a-url', 'a valid URL that begins with https://', isHttpsUrl, 2048, 'uri');

export const port = z.int().min(1).max(65535);

/** Seconds, at most a year. */
export const seconds = z
  .int()
  .min(0)
  .max(366 * 86_400);

function isBase64(value: string): boolean {
  if (value.length === 0 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return false;
  // Unused bits of the last character must be zero (RFC 4648 §3.5).
  const tail = value.slice(-4);
  return Buffer.from(tail, 'base64').toString('base64') === tail;
}

/**
 * Reads a time of the document.
 *
 * @returns milliseconds since the epoch, or undefined where the text is not such a time
 */
export function timeInMs(value: string): number | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(value)) return undefined;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return undefined;
  // Date.parse takes 30 February for 2 March; the same text must come back.
  return `${new Date(ms).toISOString().slice(0, 19)}Z` === value ? ms : undefined;
}

function isAddressOfRecord(value: string): boolean {
  const at = value.indexOf('@');
  if (at <= 0 || at !== value.lastIndexOf('@')) return false;
  // The user part of RFC 3261 §25.1 without password; a colon would make the first part look like a scheme.
  return /^[A-Za-z0-9\-_.!~*'()&=+$,;?/%]+$/.test(value.slice(0, at)) && isDomainName(value.slice(at + 1));
}

function isHttpsUrl(value: string): boolean {
  if (!value.startsWith('https://') || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.username === '' && url.password === '' && url.hash === '';
}
