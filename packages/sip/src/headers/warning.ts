import { isAll, PARAMETER_VALUE, trimSpace } from '../syntax/characters.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { skipQuoted } from '../syntax/quoted.ts';
import { quote, textFromWire, unescapeQuoted, wireFromText } from '../syntax/text.ts';

/**
 * One value of a Warning header field.
 *
 * @see RFC 3261 §20.43
 */
export class Warning {
  /** Three digits; 399 is "miscellaneous". */
  readonly code: number;
  /** Host and port, or a pseudonym, of the element that warns. */
  readonly agent: string;
  /** For people, without its quotes. */
  readonly text: string;

  /** @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the code or agent is not allowed in the field. */
  constructor(code: number, agent: string, text: string) {
    if (!(Number.isInteger(code) && code >= 100 && code <= 999) || !isAgent(agent)) {
      throw new SipArgumentError(
        `expected a three-digit code and an agent, found ${code} ${agent}`,
        'Warning',
        'give a code of RFC 3261 §20.43 and a host or a token',
      );
    }
    this.code = code;
    this.agent = agent;
    this.text = text;
  }

  /** The value as the header field has it: code, agent and quoted text. */
  toString(): string {
    return `${this.code} ${this.agent} ${quote(this.text)}`;
  }
}

/**
 * Parses one Warning value; a field with several is cut by `message.values('Warning')`.
 *
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.43
 */
export function parseWarning(text: string): Parsed<Warning> {
  const wire = wireFromText(trimSpace(text));
  const agentEnd = wire.indexOf(' ', 4);
  const agent = wire.slice(4, agentEnd);
  const open = agentEnd + 1;
  const shaped = /^[0-9]{3} /.test(wire) && agentEnd !== -1 && isAgent(agent);
  if (
    !shaped ||
    wire[open] !== '"' ||
    skipQuoted(wire, open, wire.length) !== wire.length ||
    wire[0] === '0'
  ) {
    return { ok: false, error: malformedHeader('Warning', 'code, agent and quoted text', text) };
  }
  const value = new Warning(
    Number(wire.slice(0, 3)),
    agent,
    unescapeQuoted(textFromWire(wire.slice(open + 1, -1))),
  );
  return { ok: true, value };
}

/** `hostport / pseudonym`: a token, or a host with brackets and a port. */
function isAgent(agent: string): boolean {
  return isAll(agent, PARAMETER_VALUE);
}
