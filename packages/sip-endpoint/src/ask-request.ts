import {
  createCancel,
  createResponse,
  edit,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { AskOptions } from './ask-options.ts';
import type { SipConnection } from './connection/connection.ts';
import { NoAnswerError } from './transaction/no-answer-error.ts';
import { type ClientUser, silentUser } from './transaction/transaction-context.ts';

/** What sends it; a `SipEndpoint` does. */
interface Sending {
  forward(request: SipRequest, connection: SipConnection, user: ClientUser): unknown;
  via(connection: SipConnection): Via;
}

/** As `SipEndpoint.ask`. */
export function askRequest(
  endpoint: Sending,
  request: SipRequest,
  connection: SipConnection,
  options: AskOptions,
): Promise<SipResponse> {
  const sent = edit(request).prepend('Via', endpoint.via(connection)).toMessage();
  const { onFurtherSuccess, onProvisional, signal } = options;
  // Given up before it is sent: as if it had been cancelled, and nobody is asked.
  if (signal?.aborted === true && sent.method === 'INVITE')
    return Promise.resolve(createResponse(request, 487));
  return new Promise((resolve, reject) => {
    let ringing = false;
    let answered = false;
    const cancel = () => {
      // A CANCEL may follow a provisional response only, and means something for INVITE only.
      if (ringing && sent.method === 'INVITE') endpoint.forward(createCancel(sent), connection, silentUser);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    endpoint.forward(sent, connection, {
      onResponse(response) {
        if (answered) {
          if (response.status >= 200 && response.status < 300) onFurtherSuccess?.(response);
        } else if (response.status >= 200) {
          answered = true;
          // What is answered is not cancelled any more (RFC 3261 §9.1), and the signal may be that of many calls.
          signal?.removeEventListener('abort', cancel);
          resolve(response);
        } else {
          const first = !ringing;
          ringing = true;
          if (first && signal?.aborted) cancel();
          onProvisional?.(response);
        }
      },
      onEnd(end) {
        signal?.removeEventListener('abort', cancel);
        if (end === 'completed') return;
        // The connection is there: it did not take the request.
        const why = end === 'transport-error' && !connection.isClosed ? 'not-taken' : end;
        reject(new NoAnswerError(why, request.method, placeOf(connection)));
      },
    });
  });
}

/** The other side of a connection, for a fault. */
function placeOf({ server, socket }: SipConnection): string {
  return server ?? `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`;
}
