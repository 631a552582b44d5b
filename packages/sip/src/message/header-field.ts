import { isAll, TOKEN } from '../syntax/characters.ts';
import { kindOf, writesItself } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';

/** What a header field may be set to: text, a number, or a value class of this package. */
export type HeaderValue = string | number | { toString(): string };

/** Header fields to add: pairs in order, or a record in which a list gives several fields of one name. */
export type HeaderFields =
  | readonly (readonly [name: string, value: HeaderValue])[]
  | Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;

/**
 * Writes one header line with CRLF as wire text.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the name is not a token or the value contains CR or LF, so
 *   that no value can add a field of its own.
 */
export function fieldLine(name: string, value: HeaderValue): string {
  if (!isAll(name, TOKEN)) {
    throw new SipArgumentError(
      `expected a token, found ${JSON.stringify(name)}`,
      'name of a header field',
      "use letters, digits and -.!%*_+`'~ alone (RFC 3261 §25.1)",
    );
  }
  return fieldOfKnownName(name, value);
}

/** As {@link fieldLine}, for a name that this package knows: it is a token. */
export function fieldOfKnownName(name: string, value: HeaderValue): string {
  return `${name}: ${fieldValue(name, value)}\r\n`;
}

/** The value of a header line as wire text; see `fieldLine`. */
export function fieldValue(name: string, value: HeaderValue): string {
  if (typeof value !== 'string') return valueOfObject(name, value);
  return oneLine(name, value);
}

/** A text that is empty of meaning, such as `[object Object]`, would be sent without a word. */
function valueOfObject(name: string, value: number | { toString(): string }): string {
  if (
    typeof value === 'number'
      ? Number.isFinite(value)
      : typeof value === 'object' && value !== null && writesItself(value)
  )
    return oneLine(name, value.toString());
  throw new SipArgumentError(
    `expected a text, a number or a value of this package, found ${typeof value === 'number' ? value : kindOf(value)}`,
    name,
    'write the value as text',
  );
}

function oneLine(name: string, text: string): string {
  if (text.indexOf('\n') !== -1 || text.indexOf('\r') !== -1) {
    throw new SipArgumentError(
      `expected a value without line breaks, found ${JSON.stringify(text)}`,
      name,
      'remove the line breaks',
    );
  }
  return wireFromText(text);
}

/** The pairs of either form of `HeaderFields`. */
export function fieldPairs(fields: HeaderFields): readonly (readonly [string, HeaderValue])[] {
  if (Array.isArray(fields)) return fields as readonly (readonly [string, HeaderValue])[];
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((each: HeaderValue) => [name, each] as const);
    return [[name, value as HeaderValue] as const];
  });
}
