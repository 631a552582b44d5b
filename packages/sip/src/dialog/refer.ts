import { type NameAddr, parseNameAddr } from '../headers/name-addr.ts';
import { parseReplaces, type Replaces } from '../headers/replaces.ts';
import { checkIsRequest } from '../message/check-given.ts';
import { reasonPhrase } from '../message/reason-phrases.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';

/** What a REFER requests, or the response that refuses it. */
export type ReferDecision =
  | {
      readonly ok: true;
      /** Whom to call: the URI without its header part. */
      readonly target: NameAddr;
      /** The dialog the new call shall replace at the target, where the URI says so (attended transfer). */
      readonly replaces: Replaces | undefined;
      /** Event id for the NOTIFY requests of this REFER: its CSeq number. */
      readonly eventId: number;
    }
  | { readonly ok: false; readonly status: 400 | 416; readonly message: string };

/**
 * Decides a REFER by its form; the caller must check whether the sender may refer.
 * @param request - REFER
 * @see RFC 3515 §2.4.1, RFC 3891 §4 (Replaces inside Refer-To)
 */
export function decideRefer(request: SipRequest): ReferDecision {
  checkIsRequest(request, 'decideRefer');
  const values = request.all('Refer-To');
  const parsed = values.length === 1 ? parseNameAddr(values[0]!) : undefined;
  if (parsed?.ok !== true) {
    return {
      ok: false,
      status: 400,
      message: `Refer-To: expected exactly one address, found ${values.length}`,
    };
  }
  const { uri } = parsed.value;
  if (uri.kind !== 'sip') {
    return { ok: false, status: 416, message: `Refer-To: expected a sip: or sips: URI, found ${uri.scheme}` };
  }
  // Only Replaces is taken from the header part: with other fields a peer could write the requests of this side.
  const inUri = uri.headers.filter(([name]) => name.toLowerCase() === 'replaces');
  const replaces = inUri.length === 1 ? parseReplaces(inUri[0]![1]) : undefined;
  if (inUri.length > 0 && replaces?.ok !== true) {
    return {
      ok: false,
      status: 400,
      message: 'Refer-To: expected one well-formed Replaces in the URI, found something else',
    };
  }
  return {
    ok: true,
    target: parsed.value.with({ uri: uri.with({ headers: undefined }) }),
    replaces: replaces?.ok === true ? replaces.value : undefined,
    eventId: request.cseq.sequence,
  };
}

/** Media type of the body in which a NOTIFY reports how the referred call goes. */
export const sipfragType = 'message/sipfrag;version=2.0';

/**
 * The body of such a NOTIFY: the status line of the latest response.
 * @param response - to the referred request; undefined before there is one
 * @see RFC 3515 §2.4.5
 */
export function sipfragOf(response: SipResponse | undefined): string {
  const status = response?.status ?? 100;
  return `SIP/2.0 ${status} ${response?.reason || reasonPhrase(status)}`;
}
