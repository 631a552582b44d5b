import { checkIsRequest, checkIsResponse } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';

/**
 * The key of a dialog as one side sees it: Call-ID, its own tag, the other's tag.
 * @param callId - Call-ID, compared with case
 * @param localTag - this side's tag
 * @param remoteTag - the other side's tag; the empty text where the peer sends none (RFC 2543)
 * @see RFC 3261 §12
 */
export function dialogId(callId: string, localTag: string, remoteTag: string): string {
  // Neither a tag nor a Call-ID can hold a line feed, so no two dialogs share a key.
  return `${callId}\n${localTag}\n${remoteTag}`;
}

/**
 * The dialog that a received request belongs to.
 * @returns undefined where To has no tag: the request is outside any dialog
 */
export function dialogIdOfRequest(request: SipRequest): string | undefined {
  checkIsRequest(request, 'dialogIdOfRequest');
  const localTag = request.to.tag;
  return localTag === undefined ? undefined : dialogId(request.callId, localTag, request.from.tag ?? '');
}

/**
 * The dialog that a received response belongs to.
 * @returns undefined where From has no tag, which no response to our own requests lacks
 */
export function dialogIdOfResponse(response: SipResponse): string | undefined {
  checkIsResponse(response, 'dialogIdOfResponse');
  const localTag = response.from.tag;
  return localTag === undefined ? undefined : dialogId(response.callId, localTag, response.to.tag ?? '');
}
