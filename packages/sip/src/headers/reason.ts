import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { quote } from '../syntax/text.ts';
import { Parameters } from './parameters.ts';
import { readBoundedNumber, readTokenWithParameters } from './token-with-parameters.ts';

/**
 * One value of a Reason header field: why a request was sent, for example a BYE after a failure.
 *
 * @see RFC 3326 §2
 */
export class Reason {
  /** `SIP`, `Q.850`, … */
  readonly protocol: string;
  /** The status or cause code. */
  readonly cause: number | undefined;
  readonly text: string | undefined;

  constructor(protocol: string, cause?: number, text?: string) {
    this.protocol = protocol;
    this.cause = cause;
    this.text = text;
  }

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
  const number = readBoundedNumber(cause, 9_999);
  if (read === undefined || (cause !== undefined && number === undefined)) {
    return { ok: false, error: malformedHeader('Reason', 'protocol;cause=number;text="text"', text) };
  }
  return { ok: true, value: new Reason(token, number, parameters.get('text')) };
}
