import type { Logger } from '@entente/host';
import type { SipRequest, SipResponse } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import { type RequestRefusal, responseForRefusal } from '@entente/sip-proxy';
import { logRequestRefusal, type RefusedByPolicy } from '@entente/sip-relay';

/** Writes down why a request is not carried on, in words for insiders, and answers it. */
export interface RequestRefusals {
  /**
   * @param toTag tag of the response where the request has none
   * @returns the response; inside the organisation it names the reason in Entente-Diagnostics
   */
  refuse(request: SipRequest, refusal: RequestRefusal, connection: SipConnection, toTag: string): SipResponse;
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
      const { plugin } = refusal as Partial<RefusedByPolicy>;
      logRequestRefusal(logger, request, refusal, connection, plugin === undefined ? {} : { plugin });
      const diagnostics = `${requestRefused};reason="${refusal.reason}";source="${source}"`;
      return responseForRefusal(
        request,
        { ...refusal, headers: [...refusal.headers, ['Entente-Diagnostics', diagnostics]] },
        toTag,
      );
    },
  };
}
