import type { SipRequest } from '@entente/sip';
import type { ReceivedMessage } from './user-agent-options.ts';

/** What a MESSAGE says. */
export function messageOf(request: SipRequest): ReceivedMessage {
  return {
    from: request.from.uri.toString(),
    to: request.to.uri.toString(),
    text: request.bodyText,
    contentType: request.contentType ?? 'text/plain',
    request,
  };
}
