import { trimSpace } from '../syntax/characters.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { readParameters, stopped } from './parameters.ts';
import { readBoundedNumber } from './token-with-parameters.ts';

/** Comments nest; deeper than this they are malformed. */
const maxDepth = 8;

/**
 * Moves past a comment: `(text (nested) \) )`.
 *
 * @param at - Where the opening parenthesis stands.
 * @returns the offset after the closing one, or -1.
 * @see RFC 3261 §25.1, comment
 */
export function skipComment(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const character = text[i];
    if (character === '\\') i++;
    else if (character === '(') {
      if (++depth > maxDepth) return -1;
    } else if (character === ')' && --depth === 0) return i + 1;
  }
  return -1;
}

/**
 * When to try again.
 *
 * @see RFC 3261 §20.33
 */
export interface RetryAfterValue {
  readonly seconds: number;
  /** Without its parentheses. */
  readonly comment: string | undefined;
  /** The `duration` parameter: for how many seconds the callee will then be reachable. */
  readonly duration: number | undefined;
}

/** Parses a Retry-After value: seconds, a comment, parameters. */
export function parseRetryAfter(text: string): Parsed<RetryAfterValue> {
  const wire = wireFromText(trimSpace(text));
  let i = 0;
  while (i < wire.length && wire.charCodeAt(i) >= 0x30 && wire.charCodeAt(i) <= 0x39) i++;
  const seconds = readBoundedNumber(wire.slice(0, i), 0xffff_ffff);
  while (wire[i] === ' ' || wire[i] === '\t') i++;
  let comment: string | undefined;
  let after = i;
  if (wire[i] === '(') {
    after = skipComment(wire, i);
    if (after !== -1) comment = wire.slice(i + 1, after - 1);
  }
  const parameters = after === -1 ? undefined : readParameters(wire, after, wire.length);
  if (seconds === undefined || parameters === undefined || stopped.at !== wire.length) {
    return { ok: false, error: malformedHeader('Retry-After', 'seconds, a comment and parameters', text) };
  }
  const duration = readBoundedNumber(parameters.get('duration'), 0xffff_ffff);
  return { ok: true, value: { seconds, comment, duration } };
}
