import { Fault } from '@entente/options';

/** Why a message, a header field or a URI was not accepted. The code is stable; the message is for people. */
export type SipProblemCode =
  | 'malformed-start-line'
  | 'unsupported-version'
  | 'malformed-header'
  | 'malformed-uri'
  | 'missing-header'
  | 'repeated-header'
  | 'method-mismatch'
  | 'bare-line-break'
  | 'content-length-missing'
  | 'content-length-invalid'
  | 'body-incomplete'
  | 'trailing-bytes'
  | 'start-line-too-long'
  | 'too-many-headers'
  | 'headers-too-long'
  | 'body-too-long'
  | 'empty-message'
  | 'no-room';

/** One reason why something was not accepted, as a value. */
export interface SipProblem {
  /** For programs to distinguish problems by; see {@link SipProblemCode}. */
  readonly code: SipProblemCode;
  /** A sentence: what was expected, what was found. */
  readonly message: string;
  /** The header field it concerns, in its usual spelling. */
  readonly header?: string;
  /** The response status that fits where the message is a request (RFC 3261 §21.4, §21.5). */
  readonly status: number;
}

/** The result of a parser: the value or the problem. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: SipProblem };

/**
 * Thrown by a lazy getter whose header field is malformed.
 * `checkMessage` finds the same problem as a value beforehand.
 */
export class SipSyntaxError extends Fault<'SIP_MALFORMED_HEADER'> {
  /** Always `SipSyntaxError`. */
  override readonly name = 'SipSyntaxError';
  /** What is malformed, as `checkMessage` returns it. */
  readonly problem: SipProblem;

  /** @param problem - what is malformed */
  constructor(problem: SipProblem) {
    super('SIP_MALFORMED_HEADER', {
      sentence: problem.message,
      place: problem.header ?? 'message',
      remedy: `run checkMessage before reading, or answer ${problem.status}`,
    });
    this.problem = problem;
  }
}

/** Thrown where the caller, not the peer, passes something that a SIP message cannot contain. Match it by `code`. */
export class SipArgumentError extends TypeError {
  /** Stable literal. */
  readonly code = 'SIP_INVALID_ARGUMENT';
  /** Argument or field that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param sentence - what was expected, what was found; without final stop
   * @param place - argument or field
   * @param remedy - what to do now
   */
  constructor(sentence: string, place: string, remedy: string) {
    super(sentence);
    this.name = 'SipArgumentError';
    this.place = place;
    this.remedy = remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}

/** Shortens and escapes text from a peer for use inside a sentence. */
export function quoteForPeople(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(cut);
}

/** Builds a "malformed-header" problem. */
export function malformedHeader(header: string, expected: string, found: string): SipProblem {
  return {
    code: 'malformed-header',
    header,
    status: 400,
    message: `${header}: expected ${expected}, found ${quoteForPeople(found)}`,
  };
}
