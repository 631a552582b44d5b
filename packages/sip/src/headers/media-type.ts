import type { Parameters } from '../parameters/parameters.ts';
import { readParameters, stopped } from '../parameters/read-parameters.ts';
import { trimSpace } from '../syntax/characters.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { isToken } from './token-with-parameters.ts';

/**
 * A media type or, in Accept, a media range.
 *
 * @see RFC 3261 §20.1, §20.15
 */
export interface MediaType {
  /** In lower case; `*` in a range. */
  readonly type: string;
  /** In lower case; `*` in a range. */
  readonly subtype: string;
  /** For example `charset` or `boundary`, and in Accept `q`; names in lower case. */
  readonly parameters: Parameters;
}

/**
 * Parses one Content-Type value or one element of Accept.
 *
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.1, §20.15
 */
export function parseMediaType(text: string): Parsed<MediaType> {
  const wire = wireFromText(trimSpace(text));
  const semicolon = wire.indexOf(';');
  const end = semicolon === -1 ? wire.length : semicolon;
  const slash = wire.indexOf('/');
  const type = trimSpace(wire.slice(0, slash)).toLowerCase();
  const subtype = trimSpace(wire.slice(slash + 1, end)).toLowerCase();
  const parameters = readParameters(wire, end, wire.length);
  const shaped = slash !== -1 && slash < end && isToken(type) && isToken(subtype);
  if (!shaped || parameters === undefined || stopped.at !== wire.length) {
    return { ok: false, error: malformedHeader('Media type', 'type/subtype with parameters', text) };
  }
  return { ok: true, value: { type, subtype, parameters } };
}
