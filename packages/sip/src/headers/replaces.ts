import { checkText } from '../syntax/check-text.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { isCallId, readCallIdWithTags } from './call-id-with-tags.ts';
import { isToken } from './token-with-parameters.ts';

/**
 * The dialog that a new INVITE shall replace.
 *
 * @see RFC 3891 §6.1
 */
export class Replaces {
  /** Call-ID of the dialog, compared with case. */
  readonly callId: string;
  /** The To tag as the receiver of the INVITE sees it: its own. */
  readonly toTag: string;
  /** The From tag as the receiver sees it: that of the other side. */
  readonly fromTag: string;
  /** Whether only a dialog that is not answered yet may be replaced. */
  readonly earlyOnly: boolean;

  /** @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part is not allowed in the field. */
  constructor(callId: string, toTag: string, fromTag: string, earlyOnly = false) {
    for (const text of [callId, toTag, fromTag]) checkText(text);
    if (!isCallId(callId) || !isToken(toTag) || !isToken(fromTag)) {
      throw new SipArgumentError(
        'expected a Call-ID and two tags, found other characters',
        'Replaces',
        'take them from the dialog that is replaced',
      );
    }
    this.callId = callId;
    this.toTag = toTag;
    this.fromTag = fromTag;
    this.earlyOnly = earlyOnly;
  }

  /** The value as the header field has it: `call-id;to-tag=tag;from-tag=tag`, and `;early-only` where that is set. */
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
  const read = readCallIdWithTags(text, 'to-tag', 'from-tag');
  if (read === undefined) {
    return { ok: false, error: malformedHeader('Replaces', 'call-id;to-tag=tag;from-tag=tag', text) };
  }
  const { callId, first, second, parameters } = read;
  return { ok: true, value: new Replaces(callId, first, second, parameters.has('early-only')) };
}
