import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { type MessageLimits, readLimits } from './limits.ts';

/**
 * How much of a message is checked before it is handed on; a typed getter beyond it may throw `SipSyntaxError`.
 *
 * - `routing`: start line, the mandatory fields, no field twice that may occur once, and the syntax of topmost Via, From,
 *   To, Call-ID, CSeq and Max-Forwards, but not yet of URIs.
 * - `addresses`: of a request also the URIs of the request line, From and To. A response has those of the request that it answers.
 * - `all`: every field this package has a type for.
 */
export type CheckDepth = 'routing' | 'addresses' | 'all';

/** Options of `parseMessage`. */
export interface ParseOptions {
  /** How large the message may be, in bytes and header fields: whole numbers above 0. What is left out is as in `defaultLimits`. */
  readonly limits?: Partial<MessageLimits>;
  /** Default `addresses`. */
  readonly check?: CheckDepth;
}

const depths: Readonly<Record<CheckDepth, true>> = { routing: true, addresses: true, all: true };

/**
 * Reads the options of what takes messages. One that has another name would be left out without a word.
 *
 * @param given - as the caller passed them
 * @returns all of them, with the defaults
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function readParseOptions(given: ParseOptions): {
  readonly limits: MessageLimits;
  readonly check: CheckDepth;
} {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new SipArgumentError(
      `expected an object with options, found ${kindOf(given)}`,
      'options',
      'give an object with some of: limits, check',
    );
  for (const name in given) {
    if (name !== 'limits' && name !== 'check')
      throw new SipArgumentError(
        `expected only the options limits and check, found ${JSON.stringify(name.slice(0, 60))}`,
        'options',
        'correct the name, or remove it',
      );
  }
  const { check = 'addresses', limits } = given;
  if (typeof check !== 'string' || !Object.hasOwn(depths, check))
    throw new SipArgumentError(
      `expected routing, addresses or all, found ${kindOf(check)}`,
      'check',
      'give one of the three, or leave it out for addresses',
    );
  return { check, limits: readLimits(limits) };
}
