import { edit, type SipResponse } from '@entente/sip';
import { lacksSource, noteSource, type SourceAddress } from '@entente/sip-proxy';

/**
 * A response of this server's own, whose topmost Via says where the request came from. Responses that come back to us have it from
 * their request.
 * @param response - to a request that came over the connection
 * @param connection - the peer's
 * @see RFC 3261 §18.2.1, RFC 3581 §4
 */
export function withSource(
  response: SipResponse,
  { source }: { readonly source?: SourceAddress | undefined },
): SipResponse {
  if (source === undefined || response.topVia.received !== undefined || !lacksSource(response, source))
    return response;
  const editor = edit(response);
  noteSource(editor, response, source);
  return editor.toMessage();
}
