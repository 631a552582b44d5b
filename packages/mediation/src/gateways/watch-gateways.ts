import type { Logger } from '@entente/host';
import { createRequest, type SipRequest, type SipResponse } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import type { Topology } from '@entente/topology';
import { GatewayHealth } from './gateway-health.ts';

/** What {@link watchGateways} needs. */
export interface GatewayWatchOptions {
  /** Of this server. */
  readonly fqdn: string;
  readonly topology: () => Topology;
  /** Where a gateway is reached, if we may dial it. */
  readonly hopTo: (gateway: string) => NextHop | undefined;
  /** Sends a request of our own; gives up by itself. */
  readonly ask: (request: SipRequest, hop: NextHop) => Promise<SipResponse>;
  readonly newToken: () => string;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** What says that a gateway cannot take calls although it answers (RFC 3261 §21.5.4, §21.4.9). */
const unavailable: ReadonlySet<number> = new Set([408, 503]);

/**
 * Asks the gateways that routes lead to by OPTIONS.
 * @param options - who we are, and how to reach them
 * @see RFC 3261 §11
 */
export function watchGateways(options: GatewayWatchOptions): GatewayHealth {
  const { ask, fqdn, hopTo, logger, newToken, topology } = options;
  return new GatewayHealth({
    gateways: () => [...new Set(topology().telephony.routes.map(({ gateway }) => gateway))],
    async ask(gateway) {
      const hop = hopTo(gateway);
      if (hop === undefined) return false;
      const uri = `sip:${gateway}`;
      const request = createRequest({
        method: 'OPTIONS',
        uri,
        from: `<sip:${fqdn}>;tag=${newToken()}`,
        to: `<${uri}>`,
        callId: newToken(),
        cseq: 1,
      });
      return !unavailable.has((await ask(request, hop)).status);
    },
    onChange(gateway, isLiving) {
      if (isLiving) logger.info({ event: 'gateway-back', gateway }, `${gateway} answers: it is called again`);
      else
        logger.warn(
          { event: 'gateway-out', gateway },
          `${gateway} has not answered three OPTIONS: other gateways are called until it does`,
        );
    },
  });
}
