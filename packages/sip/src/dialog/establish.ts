import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { Uri } from '../uri/uri.ts';
import { Dialog } from './dialog.ts';

/** A dialog, or the sentence why the message makes none. */
export type Established =
  | { readonly ok: true; readonly dialog: Dialog }
  | { readonly ok: false; readonly message: string };

/**
 * The dialog a response makes for the side that sent the request.
 * @param request as sent
 * @param response 101–299 to INVITE, or 2xx to SUBSCRIBE or REFER
 * @param secure whether the request went over TLS
 * @see RFC 3261 §12.1.2
 */
export function dialogOfResponse(request: SipRequest, response: SipResponse, secure: boolean): Established {
  const { status } = response;
  if (status <= 100 || status >= 300) return none(`Status: expected 101 to 299, found ${status}`);
  const remoteTag = response.to.tag;
  if (remoteTag === undefined && status < 200)
    return none('To: expected a tag in a provisional response, found none');
  const localTag = request.from.tag;
  if (localTag === undefined) return none('From: expected a tag in the request, found none');
  const contact = response.contacts[0];
  if (contact === undefined) return none('Contact: expected one address in the response, found none');
  return {
    ok: true,
    dialog: new Dialog({
      role: 'uac',
      state: status < 200 ? 'early' : 'confirmed',
      callId: request.callId,
      localTag,
      remoteTag: remoteTag ?? '',
      localUri: request.from.uri,
      remoteUri: request.to.uri,
      remoteTarget: contact.uri,
      routeSet: [...response.recordRoutes].reverse(),
      localSequence: request.cseq.sequence,
      remoteSequence: undefined,
      secure: secure && isSips(request.uri),
    }),
  };
}

/**
 * The dialog a request makes for the side that answers it. The route set is the request's Record-Route, which
 * `createResponse` copies into the response.
 * @param request as received
 * @param answer `status` of the response (101–299) and the `localTag` it puts into To
 * @param secure whether the request arrived over TLS
 * @see RFC 3261 §12.1.1
 */
export function dialogOfRequest(
  request: SipRequest,
  answer: { readonly status: number; readonly localTag: string },
  secure: boolean,
): Established {
  const { status, localTag } = answer;
  if (status <= 100 || status >= 300) return none(`Status: expected 101 to 299, found ${status}`);
  const contact = request.contacts[0];
  if (contact === undefined) return none('Contact: expected one address in the request, found none');
  return {
    ok: true,
    dialog: new Dialog({
      role: 'uas',
      state: status < 200 ? 'early' : 'confirmed',
      callId: request.callId,
      localTag,
      remoteTag: request.from.tag ?? '',
      localUri: request.to.uri,
      remoteUri: request.from.uri,
      remoteTarget: contact.uri,
      routeSet: request.recordRoutes,
      localSequence: undefined,
      remoteSequence: request.cseq.sequence,
      secure: secure && isSips(request.uri),
    }),
  };
}

function isSips(uri: Uri): boolean {
  return uri.scheme === 'sips';
}

function none(message: string): Established {
  return { ok: false, message };
}
