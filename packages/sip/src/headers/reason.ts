import { Parameters } from '../parameters/parameters.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { quote } from '../syntax/text.ts';
import { isToken, readBoundedNumber, readTokenWithParameters } from './token-with-parameters.ts';

/** The largest cause this package reads; `SIP` has three digits, `Q.850` up to three. */
const maxCause = 9_999;

/**
 * One value of a Reason header field: why a request was sent, for example a BYE after a failure.
 *
 * @see RFC 3326 §2
 */
export class Reason {
  /** `SIP`, `Q.850`, … */
  readonly protocol: string;
  /** The status or cause code, 0 to 9999. */
  readonly cause: number | undefined;
  /** For people, without its quotes. */
  readonly text: string | undefined;

  /** @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part is not allowed in the field. */
  constructor(protocol: string, cause?: number, text?: string) {
    const known = cause === undefined || (Number.isInteger(cause) && cause >= 0 && cause <= maxCause);
    if (typeof protocol !== 'string' || !isToken(protocol) || !known) {
      throw new SipArgumentError(
        `expected a token and a cause, found ${protocol} ${cause}`,
        'Reason',
        'give a protocol such as SIP and a whole number (RFC 3326 §2)',
      );
    }
    this.protocol = protocol;
    this.cause = cause;
    this.text = text;
  }

  /** The value as the header field has it, for example `SIP;cause=200;text="Call completed elsewhere"`. */
  toString(): string {
    const cause = this.cause === undefined ? '' : `;cause=${this.cause}`;
    return `${this.protocol}${cause}${this.text === undefined ? '' : `;text=${quote(this.text)}`}`;
  }
}

/**
 * Parses one Reason value; a field with several is cut by `message.values('Reason')`.
 *
 * @see RFC 3326 §2
 */
export function parseReason(text: string): Parsed<Reason> {
  const read = readTokenWithParameters(text);
  const { token = '', parameters = Parameters.none } = read ?? {};
  const cause = parameters.get('cause');
  const number = readBoundedNumber(cause, maxCause);
  if (read === undefined || (cause !== undefined && number === undefined)) {
    return { ok: false, error: malformedHeader('Reason', 'protocol;cause=number;text="text"', text) };
  }
  return { ok: true, value: new Reason(token, number, parameters.get('text')) };
}
