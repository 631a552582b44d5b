import type { Parameters } from '../parameters/parameters.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { isToken, readTokenWithParameters } from './token-with-parameters.ts';

/**
 * What a body is for.
 *
 * @see RFC 3261 §20.11
 */
export interface ContentDisposition {
  /** `render`, `session`, `icon`, `alert`, or an extension; in lower case. */
  readonly type: string;
  /** Whether a receiver that does not understand the body must refuse the request. Without the parameter: yes. */
  readonly isOptional: boolean;
  /** All of them, `handling` included. */
  readonly parameters: Parameters;
}

/**
 * Parses a Content-Disposition value.
 *
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.11
 */
export function parseContentDisposition(text: string): Parsed<ContentDisposition> {
  const read = readTokenWithParameters(text);
  const handling = read?.parameters.has('handling') ? (read.parameters.raw('handling') ?? '') : 'required';
  if (read === undefined || !isToken(handling)) {
    const expected = 'a disposition with handling=optional or required';
    return { ok: false, error: malformedHeader('Content-Disposition', expected, text) };
  }
  const { token, parameters } = read;
  const isOptional = handling.toLowerCase() === 'optional';
  return { ok: true, value: { type: token.toLowerCase(), isOptional, parameters } };
}
