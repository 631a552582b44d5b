import { readParameters, stopped } from '../parameters/read-parameters.ts';
import { trimSpace } from '../syntax/characters.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { textFromWire, wireFromText } from '../syntax/text.ts';
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
    const character = text[i]!;
    if (character === '\\') {
      if (i + 1 >= text.length || text.charCodeAt(i + 1) > 0x7f) return -1;
      i++;
    } else if (character === '(') {
      if (++depth > maxDepth) return -1;
    } else if (character === ')') {
      if (--depth === 0) return i + 1;
    } else if ((character < ' ' && character !== '\t') || character === '\x7f') return -1;
  }
  return -1;
}

/**
 * When to try again.
 *
 * @see RFC 3261 §20.33
 */
export interface RetryAfterValue {
  /** 0 to 2^32 - 1. */
  readonly seconds: number;
  /** Without its parentheses; a quoted-pair and inner parentheses stay as they are. */
  readonly comment: string | undefined;
  /** The `duration` parameter: for how many seconds the callee will then be reachable. */
  readonly duration: number | undefined;
}

/**
 * Parses a Retry-After value: seconds, a comment, parameters.
 *
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.33
 */
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
    if (after !== -1) comment = textFromWire(wire.slice(i + 1, after - 1));
  }
  const parameters = after === -1 ? undefined : readParameters(wire, after, wire.length);
  const duration = readBoundedNumber(parameters?.raw('duration'), 0xffff_ffff);
  const whole = parameters !== undefined && stopped.at === wire.length;
  if (seconds === undefined || !whole || (parameters.has('duration') && duration === undefined)) {
    return { ok: false, error: malformedHeader('Retry-After', 'seconds, a comment and parameters', text) };
  }
  return { ok: true, value: { seconds, comment, duration } };
}
