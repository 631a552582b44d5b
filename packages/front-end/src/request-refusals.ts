import type { Logger } from '@entente/host';
import type { SipRequest, SipResponse } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import { type Refusal, responseForRefusal } from '@entente/sip-proxy';

/** Writes down why a request is not carried on, in words for insiders, and answers it. */
export interface RequestRefusals {
  /**
   * @param toTag tag of the response where the request has none
   * @returns the response; inside the organisation it names the reason in Entente-Diagnostics
   */
  refuse(request: SipRequest, refusal: Refusal, connection: SipConnection, toTag: string): SipResponse;
}

/** Number of the Entente-Diagnostics header for a request that was refused. */
const requestRefused = 1000;

/**
 * @param logger where the lines go
 * @param source FQDN of this server
 */
export function createRequestRefusals(logger: Logger, source: string): RequestRefusals {
  return {
    refuse(request, refusal, connection, toTag) {
      // A challenge is the usual first step of a conversation, not something an operator looks into.
      const level = refusal.reason === 'authentication-required' ? 'debug' : 'warn';
      logger[level](
        {
          event: 'refused',
          reason: refusal.reason,
          peer: peerName(connection),
          link: connection.link.name,
          method: request.method,
          status: refusal.status,
          remedy: refusal.remedy,
        },
        refusal.message,
      );
      const diagnostics = `${requestRefused};reason="${refusal.reason}";source="${source}"`;
      return responseForRefusal(
        request,
        { ...refusal, headers: [...refusal.headers, ['Entente-Diagnostics', diagnostics]] },
        toTag,
      );
    },
  };
}

/** Whom a connection leads to, for logs. */
export function peerName(connection: SipConnection): string {
  if (connection.server !== undefined) return connection.server;
  const [user] = connection.users.keys();
  return user ?? `${connection.socket.remoteAddress ?? '?'}:${connection.socket.remotePort ?? '?'}`;
}
