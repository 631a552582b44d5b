import { isAll, TOKEN, trimSpace, WORD } from '../syntax/characters.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { readParameters, stopped } from './parameters.ts';

/**
 * The dialog that a new INVITE shall replace.
 *
 * @see RFC 3891 §6.1
 */
export class Replaces {
  readonly callId: string;
  /** The To tag as the receiver of the INVITE sees it: its own. */
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;

  /** @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where a part cannot stand in the field. */
  constructor(callId: string, toTag: string, fromTag: string, earlyOnly = false) {
    if (!isCallId(callId) || !isAll(toTag, TOKEN) || !isAll(fromTag, TOKEN)) {
      throw new SipArgumentError('Replaces: expected a Call-ID and two tags, found other characters');
    }
    this.callId = callId;
    this.toTag = toTag;
    this.fromTag = fromTag;
    this.earlyOnly = earlyOnly;
  }

  toString(): string {
    const flag = this.earlyOnly ? ';early-only' : '';
    return `${this.callId};to-tag=${this.toTag};from-tag=${this.fromTag}${flag}`;
  }
}

/**
 * Parses a Replaces value. To put one into a Refer-To URI, escape it with `encodeUriHeaders`.
 *
 * @see RFC 3891 §6.1
 */
export function parseReplaces(text: string): Parsed<Replaces> {
  const wire = wireFromText(trimSpace(text));
  const semicolon = wire.indexOf(';');
  const callId = trimSpace(wire.slice(0, semicolon));
  const parameters = semicolon === -1 ? undefined : readParameters(wire, semicolon, wire.length);
  const complete = parameters !== undefined && stopped.at === wire.length && isCallId(callId);
  const toTag = parameters?.raw('to-tag');
  const fromTag = parameters?.raw('from-tag');
  if (
    !complete ||
    toTag === undefined ||
    fromTag === undefined ||
    !isAll(toTag, TOKEN) ||
    !isAll(fromTag, TOKEN)
  ) {
    return { ok: false, error: malformedHeader('Replaces', 'call-id;to-tag=tag;from-tag=tag', text) };
  }
  return { ok: true, value: new Replaces(callId, toTag, fromTag, parameters.has('early-only')) };
}

function isCallId(text: string): boolean {
  const at = text.indexOf('@');
  return at === -1 ? isAll(text, WORD) : isAll(text.slice(0, at), WORD) && isAll(text.slice(at + 1), WORD);
}
