import type { TimeForm } from '@entente/x509';

/** The years for which UTCTime is required; it can express no others. */
const utcTimeFrom = Date.UTC(1950, 0, 1);
const utcTimeTo = Date.UTC(2050, 0, 1);

/**
 * What is wrong with the form of a time.
 *
 * @returns a few words, or undefined
 * @see RFC 5280 §4.1.2.5, §5.1.2.4
 */
export function timeProblem(at: number, form: TimeForm): string | undefined {
  if (form === 'utc' || at < utcTimeFrom || at >= utcTimeTo) return undefined;
  return `GeneralizedTime for ${new Date(at).toISOString()}, where UTCTime is required`;
}
