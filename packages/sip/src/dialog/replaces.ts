import { parseReplaces } from '../headers/replaces.ts';
import { checkIsRequest } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { Dialog } from './dialog.ts';
import { dialogId } from './dialog-id.ts';

/**
 * What to do with an INVITE with regard to Replaces. `none`: it has none. `replace`: accept it, then end the dialog with the method
 * in `endWith`. The caller must check before whether the sender may replace it (RFC 3891 §3).
 */
export type ReplacesDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'replace'; readonly dialog: Dialog; readonly endWith: 'BYE' | 'CANCEL' }
  | { readonly kind: 'refuse'; readonly status: 400 | 481 | 486 | 603; readonly message: string };

/**
 * Decides a request that may have Replaces.
 * @param request - as received
 * @param find - the dialog with an id, made by an INVITE, ended ones included for a while; undefined where there is none
 * @see RFC 3891 §3
 */
export function decideReplaces(
  request: SipRequest,
  find: (id: string) => Dialog | undefined,
): ReplacesDecision {
  checkIsRequest(request, 'decideReplaces');
  const values = request.all('Replaces');
  if (values.length === 0) return { kind: 'none' };
  const parsed = values.length === 1 && request.method === 'INVITE' ? parseReplaces(values[0]!) : undefined;
  if (parsed?.ok !== true)
    return refuse(400, 'expected one well-formed value in an INVITE, found something else');
  const { value } = parsed;
  // "0" stands for a tag that the peer does not send, as RFC 2543 allowed.
  const dialog =
    find(dialogId(value.callId, value.toTag, value.fromTag)) ??
    (value.fromTag === '0' ? find(dialogId(value.callId, value.toTag, '')) : undefined);
  if (dialog === undefined)
    return refuse(481, 'expected the tags and Call-ID of a dialog, found none of ours');
  if (dialog.state === 'terminated')
    return refuse(603, 'expected a live dialog, found one that has just ended');
  if (dialog.state === 'confirmed') {
    if (value.earlyOnly)
      return refuse(486, 'expected an early dialog because of early-only, found an answered one');
    return { kind: 'replace', dialog, endWith: 'BYE' };
  }
  if (dialog.role === 'uas')
    return refuse(481, 'expected an early dialog that this side began, found one it was called in');
  return { kind: 'replace', dialog, endWith: 'CANCEL' };
}

function refuse(status: 400 | 481 | 486 | 603, message: string): ReplacesDecision {
  return { kind: 'refuse', status, message: `Replaces: ${message}` };
}
