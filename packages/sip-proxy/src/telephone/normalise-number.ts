import type { Uri } from '@entente/sip';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import { type DialledNumber, digitsOf, isDecimal, type NumberProblem, readNumber } from './dialled-number.ts';

/** Digits of a number at most (E.164 §6.1). */
const maxDigits = 15;

/** How numbers of one form become global. The first rule that fits is the one that counts. */
export interface NumberRule {
  /** The number begins with it: digits, `*` and `#`, or `+` and digits; empty fits every number that has no `+`. */
  readonly prefix: string;
  /** Characters of the number, its prefix included; default 1. */
  readonly minLength?: number | undefined;
  /** Default: any number. */
  readonly maxLength?: number | undefined;
  /** Where the number counts, as its `phone-context` says; absent: where the URI does not say, or in a domain of ours. */
  readonly context?: string | undefined;
  /** Characters taken off its front; default 0. */
  readonly strip?: number | undefined;
  /** Then put in front; default nothing. */
  readonly prepend?: string | undefined;
}

/** How an organisation dials. */
export interface Numbering {
  /** In order: the first that fits a number counts; where none fits, only a number that begins with `+` is accepted. */
  readonly rules: readonly NumberRule[];
  /** As they are dialled, for instance `112`; no rule applies to them. */
  readonly emergencyNumbers: readonly string[];
  /** Whether a domain is ours: local numbers count in it. */
  readonly isOurDomain: (domain: string) => boolean;
}

/** What {@link normaliseNumber} makes of a number. */
export type NormalisedNumber =
  | {
      readonly ok: true;
      /** `+` and 1 to 15 digits, or an emergency number as it is dialled. */
      readonly number: string;
      readonly isEmergency: boolean;
    }
  | { readonly ok: false; readonly problem: NumberProblem };

/**
 * Makes a global number of one that was dialled, by the first rule that fits; one that is global already and that no rule is for stays as
 * it is. Each rule is a comparison of its prefix, so that no text takes longer than another.
 * @param dialled - from {@link readNumber}
 * @param numbering - how the organisation dials
 * @see RFC 3966 §5.1.4, ITU-T E.164 §6
 */
export function normaliseNumber(dialled: DialledNumber, numbering: Numbering): NormalisedNumber {
  const { digits } = dialled;
  if (numbering.emergencyNumbers.includes(digits)) return { ok: true, number: digits, isEmergency: true };
  const rule = numbering.rules.find((candidate) => fits(candidate, dialled, numbering));
  const result =
    rule === undefined ? digits : `${rule.prepend ?? ''}${digits.slice(Math.max(0, rule.strip ?? 0))}`;
  if (!result.startsWith('+')) return { ok: false, problem: 'no-rule' };
  const number = result.slice(1);
  // No country code begins with 0 (E.164 §6.2.1).
  if (!isDecimal(number) || number.startsWith('0')) return { ok: false, problem: 'malformed' };
  if (number.length > maxDigits) return { ok: false, problem: 'too-long' };
  return { ok: true, number: result, isEmergency: false };
}

/**
 * Whether a URI at one of our domains, or a `tel:` URI, is an emergency number, be it marked as a number or not: telephones leave the mark out. It is one
 * whatever parameters stand behind the number; the number alone is called.
 * @param uri - Request-URI
 * @param numbering - how the organisation dials
 */
export function isEmergencyNumber(uri: Uri, numbering: Numbering): boolean {
  if (numbering.emergencyNumbers.length === 0) return false;
  if (uri.kind === 'sip' && !numbering.isOurDomain(uri.host)) return false;
  return emergencyOf(uri, numbering) !== undefined;
}

/**
 * Reads the number of a URI and makes it global. Of an emergency number nothing is read but the number.
 * @param uri - Request-URI
 * @param numbering - how the organisation dials
 * @returns the number, or why the request is refused
 */
export function numberOf(
  uri: Uri,
  numbering: Numbering,
): Extract<NormalisedNumber, { ok: true }> | { readonly ok: false; readonly refusal: RequestRefusal } {
  const emergency = emergencyOf(uri, numbering);
  if (emergency !== undefined) return { ok: true, number: emergency, isEmergency: true };
  const read = readNumber(uri);
  const normalised = read.ok ? normaliseNumber(read.number, numbering) : read;
  return normalised.ok ? normalised : { ok: false, refusal: invalidNumber(uri, normalised.problem) };
}

/** Nobody in need waits for what a telephone writes behind the number. */
function emergencyOf(uri: Uri, { emergencyNumbers }: Numbering): string | undefined {
  const digits = digitsOf(uri);
  return digits !== undefined && emergencyNumbers.includes(digits) ? digits : undefined;
}

function fits(
  { context, maxLength, minLength = 1, prefix }: NumberRule,
  dialled: DialledNumber,
  { isOurDomain }: Numbering,
): boolean {
  const { digits } = dialled;
  if (!digits.startsWith(prefix) || (prefix === '' && digits.startsWith('+'))) return false;
  if (digits.length < minLength || (maxLength !== undefined && digits.length > maxLength)) return false;
  if (context !== undefined) return dialled.context === context;
  return dialled.context === undefined || isOurDomain(dialled.context);
}

const expectations: Readonly<Record<NumberProblem, readonly [expected: string, remedy: string]>> = {
  malformed: [
    'digits, or + and the digits of a global number',
    'Dial + and the country code, or digits alone.',
  ],
  'too-long': ['at most 15 digits after the +', 'Check the number.'],
  'no-rule': [
    'a global number, or one that a rule makes global',
    'Dial + and the country code, or add a rule under telephony.rules of the topology.',
  ],
  extension: ['a number without extension or subaddress', 'Dial the extension once the call is answered.'],
};

function invalidNumber(uri: Uri, problem: NumberProblem): RequestRefusal {
  const [expected, remedy] = expectations[problem];
  // RFC 3261 §21.4.22: what a rule for longer numbers may yet fit is incomplete.
  const status = problem === 'no-rule' ? 484 : 404;
  return refusal(
    'number-invalid',
    status,
    `Request-URI: expected ${expected}, found ${uri.toString()}`,
    remedy,
  );
}
