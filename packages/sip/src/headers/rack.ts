import { trimSpace } from '../syntax/characters.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { maxSequence } from './cseq.ts';
import { isToken, readBoundedNumber } from './token-with-parameters.ts';

/**
 * What a PRACK acknowledges: the RSeq of the provisional response, and the CSeq of its request.
 *
 * @see RFC 3262 §7.2
 */
export class RAck {
  /** 1 to 2^32 - 1. */
  readonly responseNumber: number;
  /** The CSeq number of the request that was answered, 0 to 2^32 - 1. */
  readonly sequence: number;
  /** Its method. */
  readonly method: string;

  /** @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part is not allowed in the field. */
  constructor(responseNumber: number, sequence: number, method: string) {
    if (!isSequence(responseNumber) || responseNumber === 0 || !isSequence(sequence) || !isToken(method)) {
      throw new SipArgumentError(
        `expected two 32-bit numbers, the first above 0, and a method, found ${responseNumber} ${sequence} ${method}`,
        'RAck',
        'take the RSeq and the CSeq of the response (RFC 3262 §7.2)',
      );
    }
    this.responseNumber = responseNumber;
    this.sequence = sequence;
    this.method = method;
  }

  /** The value as the header field has it, for example `776656 1 INVITE`. */
  toString(): string {
    return `${this.responseNumber} ${this.sequence} ${this.method}`;
  }
}

/**
 * Parses a RAck value.
 *
 * @see RFC 3262 §7.2
 */
export function parseRAck(text: string): Parsed<RAck> {
  const parts = trimSpace(text).split(/[ \t]+/, 4);
  const response = readBoundedNumber(parts[0], 0xffff_ffff);
  const sequence = readBoundedNumber(parts[1], 0xffff_ffff);
  const method = parts[2];
  const whole = parts.length === 3 && method !== undefined && isToken(method);
  if (!whole || sequence === undefined || response === undefined || response === 0) {
    return { ok: false, error: malformedHeader('RAck', 'response number, sequence number and method', text) };
  }
  return { ok: true, value: new RAck(response, sequence, method) };
}

/**
 * Parses an RSeq value.
 *
 * @returns 1 to 2^32 - 1.
 * @see RFC 3262 §7.1
 */
export function parseRSeq(text: string): Parsed<number> {
  const value = readBoundedNumber(trimSpace(text), 0xffff_ffff);
  if (value !== undefined && value > 0) return { ok: true, value };
  return { ok: false, error: malformedHeader('RSeq', '1 to 4294967295', text) };
}

function isSequence(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= maxSequence;
}
