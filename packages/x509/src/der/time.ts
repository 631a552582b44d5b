import { EncodeError } from './encode-error.ts';

/** How a time was encoded. @see RFC 5280 §4.1.2.5 */
export type TimeForm = 'utc' | 'generalized';

const DAY_MS = 86_400_000;

/** ms since 1970 of a UTCTime `YYMMDDHHMMSSZ` (years 1950 to 2049), or NaN. */
export function readUtcTime(bytes: Uint8Array, start: number, stop: number): number {
  if (stop - start !== 13) return Number.NaN;
  const year = twoDigits(bytes, start);
  return restOfTime(bytes, start + 2, year >= 50 ? 1900 + year : 2000 + year);
}

/** ms since 1970 of a GeneralizedTime `YYYYMMDDHHMMSSZ`, or NaN. */
export function readGeneralizedTime(bytes: Uint8Array, start: number, stop: number): number {
  if (stop - start !== 15) return Number.NaN;
  return restOfTime(bytes, start + 4, twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2));
}

function restOfTime(bytes: Uint8Array, at: number, year: number): number {
  const month = twoDigits(bytes, at);
  const day = twoDigits(bytes, at + 2);
  const hour = twoDigits(bytes, at + 4);
  const minute = twoDigits(bytes, at + 6);
  const second = twoDigits(bytes, at + 8);
  // A comparison with NaN is false, so a character that is not a digit fails here too.
  const inRange = month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59;
  if (!inRange || !(year >= 0) || !(day <= daysIn(year, month)) || bytes[at + 10] !== 0x5a) return Number.NaN;
  return daysSince1970(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Days of the proleptic Gregorian calendar, counted from a year that starts in March so that the leap day comes last.
// Date.UTC would read the years 0 to 99 as 1900 to 1999.
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The form that RFC 5280 §4.1.2.5 requires: UTCTime for the years 1950 to 2049. */
export function prescribedForm(ms: number): TimeForm {
  return ms >= UTC_FIRST && ms < UTC_END ? 'utc' : 'generalized';
}

const UTC_FIRST = daysSince1970(1950, 1, 1) * DAY_MS;
const UTC_END = daysSince1970(2050, 1, 1) * DAY_MS;
const YEAR_0 = daysSince1970(0, 1, 1) * DAY_MS;
const YEAR_10000 = daysSince1970(10_000, 1, 1) * DAY_MS;

/**
 * Writes `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` at `at`.
 * @returns the number of octets written
 * @throws EncodeError `ENTENTE_X509_ENCODE` where the form cannot express the time
 */
export function writeTime(buffer: Uint8Array, at: number, ms: number, form: TimeForm): number {
  const [from, to] = form === 'utc' ? [UTC_FIRST, UTC_END] : [YEAR_0, YEAR_10000];
  if (!(ms >= from && ms < to)) {
    throw new EncodeError(
      `expected a time in the years that the form can express, found ${ms}`,
      form === 'utc' ? 'UTCTime' : 'GeneralizedTime',
      'give milliseconds since the epoch: 1950 to 2049 as UTCTime, 0 to 9999 as GeneralizedTime',
    );
  }
  const days = Math.floor(ms / DAY_MS);
  const seconds = Math.floor((ms - days * DAY_MS) / 1000);
  // The inverse of daysSince1970.
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * m + 2) / 5) + 1;
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  let next = at;
  if (form === 'generalized') next = putTwo(buffer, next, Math.floor(year / 100));
  next = putTwo(buffer, next, year % 100);
  next = putTwo(buffer, next, month);
  next = putTwo(buffer, next, day);
  next = putTwo(buffer, next, Math.floor(seconds / 3600));
  next = putTwo(buffer, next, Math.floor(seconds / 60) % 60);
  next = putTwo(buffer, next, seconds % 60);
  buffer[next] = 0x5a;
  return next + 1 - at;
}

function putTwo(buffer: Uint8Array, at: number, value: number): number {
  buffer[at] = 0x30 + Math.floor(value / 10);
  buffer[at + 1] = 0x30 + (value % 10);
  return at + 2;
}
