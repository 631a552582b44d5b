import { checkText } from '../syntax/check-text.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { isCallId, readCallIdWithTags } from './call-id-with-tags.ts';
import { isToken } from './token-with-parameters.ts';

/**
 * A dialog that the sender of a request shares with its receiver, as proof that it may send the request.
 *
 * @see RFC 4538 §7
 */
export class TargetDialog {
  /** Call-ID of the dialog, compared with case. */
  readonly callId: string;
  /** The tag of the side that sends the field. */
  readonly localTag: string;
  /** The tag of the other side, which receives it. */
  readonly remoteTag: string;

  /** @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part is not allowed in the field. */
  constructor(callId: string, localTag: string, remoteTag: string) {
    for (const text of [callId, localTag, remoteTag]) checkText(text);
    if (!isCallId(callId) || !isToken(localTag) || !isToken(remoteTag)) {
      throw new SipArgumentError(
        'expected a Call-ID and two tags, found other characters',
        'Target-Dialog',
        'take them from the dialog that is meant',
      );
    }
    this.callId = callId;
    this.localTag = localTag;
    this.remoteTag = remoteTag;
  }

  /** The value as the header field has it: `call-id;local-tag=tag;remote-tag=tag`. */
  toString(): string {
    return `${this.callId};local-tag=${this.localTag};remote-tag=${this.remoteTag}`;
  }
}

/**
 * Parses a Target-Dialog value.
 *
 * @see RFC 4538 §7
 */
export function parseTargetDialog(text: string): Parsed<TargetDialog> {
  const read = readCallIdWithTags(text, 'local-tag', 'remote-tag');
  if (read !== undefined) return { ok: true, value: new TargetDialog(read.callId, read.first, read.second) };
  const expected = 'call-id;local-tag=tag;remote-tag=tag';
  return { ok: false, error: malformedHeader('Target-Dialog', expected, text) };
}
