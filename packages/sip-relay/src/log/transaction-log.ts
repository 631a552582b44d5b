import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TransactionEvent } from '@entente/sip-endpoint';
import type { Log } from '@entente/tls';

/**
 * Writes a line for each transaction of this process, with its Call-ID: `entente trace` puts those of all servers in order. Until then
 * transactions cost nothing more.
 * @param log - where the lines go, at level `debug`
 * @returns ends it
 */
export function logTransactions(log: Log): () => void {
  const write = (message: unknown): void => {
    const { callId, connection, durationMs, end, link, method, role, server, status } =
      message as TransactionEvent;
    log.debug(
      {
        event: 'transaction',
        role,
        method,
        callId,
        ...(status === undefined ? { end } : { status }),
        ms: Math.round(durationMs * 10) / 10,
        link,
        ...(server === undefined ? {} : { server }),
        connection,
      },
      `${method} ${role === 'server' ? 'received' : 'sent'}: ${status ?? end}`,
    );
  };
  subscribe('entente:sip:transaction', write);
  return () => void unsubscribe('entente:sip:transaction', write);
}
