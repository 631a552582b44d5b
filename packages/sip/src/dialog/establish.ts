import { checkIsRequest, checkIsResponse } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { checkObject } from '../syntax/check-object.ts';
import type { Uri } from '../uri/uri.ts';
import { Dialog } from './dialog.ts';
import { contactUri, recordRoutesOf } from './received-fields.ts';

/** A dialog, or a sentence that says why the message creates none. */
export type Established =
  | { readonly ok: true; readonly dialog: Dialog }
  | { readonly ok: false; readonly message: string };

/**
 * The dialog that a response creates on the side that sent the request.
 * @param request - as sent
 * @param response - 101–299 to INVITE, or 2xx to SUBSCRIBE or REFER
 * @param secure - whether the request went over TLS
 * @see RFC 3261 §12.1.2
 */
export function dialogOfResponse(request: SipRequest, response: SipResponse, secure: boolean): Established {
  checkIsRequest(request, 'dialogOfResponse');
  checkIsResponse(response, 'dialogOfResponse');
  const { status } = response;
  if (status <= 100 || status >= 300) return none(`Status: expected 101 to 299, found ${status}`);
  const remoteTag = response.to.tag;
  if (remoteTag === undefined && status < 200)
    return none('To: expected a tag in a provisional response, found none');
  const localTag = request.from.tag;
  if (localTag === undefined) return none('From: expected a tag in the request, found none');
  const remoteTarget = contactUri(response);
  if (remoteTarget === undefined) return none('Contact: expected one address in the response, found none');
  const recordRoutes = recordRoutesOf(response);
  if (recordRoutes === undefined)
    return none('Record-Route: expected addresses in the response, found something else');
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
      remoteTarget,
      routeSet: [...recordRoutes].reverse(),
      localSequence: request.cseq.sequence,
      remoteSequence: undefined,
      secure: secure && isSips(request.uri),
    }),
  };
}

/**
 * The dialog that a request creates on the side that answers it. The route set is the request's Record-Route, which
 * `createResponse` copies into the response.
 * @param request - as received
 * @param answer - `status` of the response (101–299) and the `localTag` it puts into To
 * @param secure - whether the request arrived over TLS
 * @see RFC 3261 §12.1.1
 */
export function dialogOfRequest(
  request: SipRequest,
  answer: { readonly status: number; readonly localTag: string },
  secure: boolean,
): Established {
  checkIsRequest(request, 'dialogOfRequest');
  checkObject(answer, 'answer of dialogOfRequest', 'give { status, localTag } of the response');
  const { status, localTag } = answer;
  if (status <= 100 || status >= 300) return none(`Status: expected 101 to 299, found ${status}`);
  const remoteTarget = contactUri(request);
  if (remoteTarget === undefined) return none('Contact: expected one address in the request, found none');
  const routeSet = recordRoutesOf(request);
  if (routeSet === undefined)
    return none('Record-Route: expected addresses in the request, found something else');
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
      remoteTarget,
      routeSet,
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
