import { SipArgumentError } from '../syntax/problem.ts';

/** How large a message may be. A body is measured by its announced length, before any of it is stored. */
export interface MessageLimits {
  /** Bytes of the request line or status line, without CRLF. */
  readonly maxStartLineBytes: number;
  /** Header fields, each line counted. */
  readonly maxHeaders: number;
  /** Bytes from the start line up to and with the empty line. */
  readonly maxHeaderBytes: number;
  /** Bytes of the body. */
  readonly maxBodyBytes: number;
}

/** The limits that hold where none are given: 8 kB, 256 fields, 64 kB and 1 MiB. */
export const defaultLimits: MessageLimits = {
  maxStartLineBytes: 8_192,
  maxHeaders: 256,
  maxHeaderBytes: 65_536,
  maxBodyBytes: 1_048_576,
};

/**
 * How far a stream is read to find out where a message ends that exceeds its limits: twice as far. Such a message can be answered and
 * passed over, and the stream goes on behind it; one that exceeds these limits too ends the stream.
 */
export function framingLimits(limits: MessageLimits): MessageLimits {
  return {
    maxStartLineBytes: 2 * limits.maxStartLineBytes,
    maxHeaders: 2 * limits.maxHeaders,
    maxHeaderBytes: 2 * limits.maxHeaderBytes,
    maxBodyBytes: Number.MAX_SAFE_INTEGER,
  };
}

/** Those whose names and numbers have been looked at, and that are complete. */
const complete = new WeakSet<object>([defaultLimits]);

/**
 * Reads limits that a caller gave. One that is not a number, or that has another name, would be no limit at all.
 *
 * @param given - what is left out or undefined is as in `defaultLimits`
 * @returns all four, apart from what was given
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function readLimits(given: Partial<MessageLimits> | undefined): MessageLimits {
  if (given === undefined || given === defaultLimits) return defaultLimits;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`expected an object with limits, found ${found(given)}`, 'limits');
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaultLimits, name))
      throw invalid(`expected only limits of a message, found ${found(name)}`, 'limits');
  }
  const {
    maxStartLineBytes = defaultLimits.maxStartLineBytes,
    maxHeaders = defaultLimits.maxHeaders,
    maxHeaderBytes = defaultLimits.maxHeaderBytes,
    maxBodyBytes = defaultLimits.maxBodyBytes,
  } = given;
  check('maxStartLineBytes', maxStartLineBytes);
  check('maxHeaders', maxHeaders);
  check('maxHeaderBytes', maxHeaderBytes);
  check('maxBodyBytes', maxBodyBytes);
  return { maxStartLineBytes, maxHeaders, maxHeaderBytes, maxBodyBytes };
}

/**
 * As {@link readLimits}, for calls of which each message has several: limits that are complete are looked at once, and are not copied.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function readLimitsOnce(given: MessageLimits): MessageLimits {
  if (complete.has(given)) return given;
  const read = readLimits(given);
  const names = Object.keys(defaultLimits) as (keyof MessageLimits)[];
  if (given !== undefined && names.every((name) => given[name] === read[name])) complete.add(given);
  return read;
}

function check(name: keyof MessageLimits, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw invalid(`expected a whole number above 0, found ${found(value)}`, `limits.${name}`);
}

function found(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'number' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : typeof value;
}

function invalid(sentence: string, place: string): SipArgumentError {
  return new SipArgumentError(
    sentence,
    place,
    `give whole numbers above 0 for ${Object.keys(defaultLimits).join(', ')}, or leave them out for the default`,
  );
}
