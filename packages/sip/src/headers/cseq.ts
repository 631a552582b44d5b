import { stopped } from '../parameters/read-parameters.ts';
import { classes, DIGIT, skipBlank, TOKEN, trimBlank } from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';

/** The largest sequence number: 32 bits, unsigned (RFC 3261 §20.16). */
export const maxSequence = 0xffff_ffff;

/**
 * The value of a CSeq header field.
 *
 * @see RFC 3261 §20.16
 */
export class CSeq {
  /** 0 to 2^32 - 1. */
  declare readonly sequence: number;
  /** As received, a token; methods compare with case. */
  declare readonly method: string;

  /**
   * @param method - A token, as in the request line.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the number is not allowed in a CSeq.
   */
  constructor(sequence: number, method: string) {
    if (!(Number.isInteger(sequence) && sequence >= 0 && sequence <= maxSequence)) {
      throw new SipArgumentError(
        `expected 0 to ${maxSequence}, found ${sequence}`,
        'CSeq',
        'give a whole number in this range',
      );
    }
    this.sequence = sequence;
    this.method = method;
  }

  /** The value as the header field has it, for example `4711 INVITE`. */
  toString(): string {
    return `${this.sequence} ${this.method}`;
  }
}

/**
 * Parses a CSeq value.
 *
 * @see RFC 3261 §20.16
 * @param text - Unfolded.
 * @returns the value, or a problem with code `malformed-header`.
 */
export function parseCSeq(text: string): Parsed<CSeq> {
  const wire = wireFromText(text);
  const value = readCSeq(wire, codesOf(wire, wire.length), 0, wire.length);
  if (value !== undefined) return { ok: true, value };
  return { ok: false, error: malformedHeader('CSeq', 'a 32-bit number and a method', text) };
}

/**
 * Reads a CSeq value that fills a range; `undefined` where malformed.
 *
 * @param method - What `text` begins with, where that is likely to be the method here too: it is then used again.
 */
export function readCSeq(
  text: string,
  codes: Uint8Array,
  start: number,
  end: number,
  method = '',
): CSeq | undefined {
  const kinds = classes;
  const from = skipBlank(codes, start, end);
  let i = from;
  let sequence = 0;
  while (i < end && sequence <= maxSequence && (kinds[codes[i]!]! & DIGIT) !== 0) {
    sequence = sequence * 10 + codes[i]! - 0x30;
    i++;
  }
  if (i === from || sequence > maxSequence) return undefined;
  const methodStart = skipBlank(codes, i, end);
  const methodEnd = trimBlank(codes, methodStart, end);
  if (methodStart === i || methodEnd === methodStart) return undefined;
  if (methodEnd - methodStart === method.length) {
    let j = 0;
    while (j < method.length && codes[methodStart + j] === codes[j]) j++;
    if (j === method.length) {
      stopped.at = end;
      return new CSeq(sequence, method);
    }
  }
  for (let j = methodStart; j < methodEnd; j++) if ((kinds[codes[j]!]! & TOKEN) === 0) return undefined;
  stopped.at = end;
  return new CSeq(sequence, text.slice(methodStart, methodEnd));
}
