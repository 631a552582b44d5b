/** How a point in time was written. @see RFC 5280 §4.1.2.5 */
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
  // A comparison with NaN is false, so a character that is no digit fails here too.
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

/** The form that RFC 5280 §4.1.2.5 prescribes: UTCTime for the years 1950 to 2049. */
export function prescribedForm(ms: number): TimeForm {
  const year = new Date(ms).getUTCFullYear();
  return year >= 1950 && year <= 2049 ? 'utc' : 'generalized';
}

/** `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; a fraction of a second is dropped. */
export function timeText(ms: number, form: TimeForm): string {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return `${form === 'utc' ? digits.slice(2) : digits}Z`;
}
