import type { Parameters } from '../parameters/parameters.ts';
import { readParameters, stopped } from '../parameters/read-parameters.ts';
import { classes, isAll, skipBlank, TOKEN } from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { wireFromText } from '../syntax/text.ts';

/** A token followed by parameters: the form of Event, Subscription-State, Reason, Session-Expires and others. */
export interface TokenWithParameters {
  readonly token: string;
  readonly parameters: Parameters;
}

/**
 * Reads `token *(SEMI generic-param)` that fills a text.
 *
 * @returns `undefined` where it does not.
 */
export function readTokenWithParameters(text: string): TokenWithParameters | undefined {
  const wire = wireFromText(text);
  const end = wire.length;
  const codes = codesOf(wire, end);
  const start = skipBlank(codes, 0, end);
  let i = start;
  while (i < end && (classes[codes[i]!]! & TOKEN) !== 0) i++;
  if (i === start) return undefined;
  const parameters = readParameters(wire, i, end);
  if (parameters === undefined || stopped.at !== end) return undefined;
  return { token: wire.slice(start, i), parameters };
}

/**
 * A number of seconds or a counter in a parameter or header field value.
 *
 * @param max - The largest value allowed.
 * @returns `undefined` where it is not a number, or too large.
 */
export function readBoundedNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || text.length === 0) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  const value = Number(text);
  return value <= max ? value : undefined;
}

/** Whether a text is one token. */
export function isToken(text: string): boolean {
  return isAll(text, TOKEN);
}
