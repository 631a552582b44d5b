import { checkText } from '../syntax/check-text.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Parses a SIP-date: RFC 1123 form, always GMT.
 *
 * @param text - For example `Sat, 13 Nov 2010 23:29:00 GMT`.
 * @returns milliseconds since 1970, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.17, §25.1 (SIP-date)
 */
export function parseSipDate(text: string): Parsed<number> {
  checkText(text);
  const value = readDate(text);
  if (value !== undefined) return { ok: true, value };
  return {
    ok: false,
    error: malformedHeader('Date', 'a date such as "Sat, 13 Nov 2010 23:29:00 GMT"', text),
  };
}

/**
 * Writes a SIP-date.
 *
 * @param time - Milliseconds since 1970; the year must have four digits.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the year has not.
 * @see RFC 3261 §20.17
 */
export function formatSipDate(time: number): string {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) {
    throw new SipArgumentError(
      `expected a time in the years 1000 to 9999, found ${time}`,
      'Date',
      'give milliseconds since the epoch',
    );
  }
  return date.toUTCString();
}

function readDate(text: string): number | undefined {
  // Fixed form of 29 characters: each part has one place.
  if (text.length !== 29 || !text.endsWith(' GMT')) return undefined;
  const weekday = days.indexOf(text.slice(0, 3));
  const month = months.indexOf(text.slice(8, 11));
  const day = twoDigits(text, 5);
  const year = twoDigits(text, 12) * 100 + twoDigits(text, 14);
  const hour = twoDigits(text, 17);
  const minute = twoDigits(text, 20);
  const second = twoDigits(text, 23);
  const separators = text.slice(3, 5) + text[7] + text[11] + text[16] + text[19] + text[22];
  if (separators !== ',    ::' || weekday === -1 || month === -1) return undefined;
  if (!(hour < 24 && minute < 60 && second < 61)) return undefined;
  const time = Date.UTC(year, month, day, hour, minute, second);
  const check = new Date(Date.UTC(year, month, day));
  // The weekday must fit and the day must exist in its month.
  if (check.getUTCDay() !== weekday || check.getUTCDate() !== day) return undefined;
  return time;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
