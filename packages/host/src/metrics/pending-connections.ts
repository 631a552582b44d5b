import type { Metric } from './metric.ts';

/**
 * Connections that have come and are not served yet: under load they wait here.
 * @param listeners - of `serve` of `@entente/tls`
 */
export function pendingConnections(listeners: readonly { readonly pending: number }[]): Metric {
  return {
    name: 'entente_tls_pending',
    type: 'gauge',
    help: 'Connections whose handshake or verdict is not finished.',
    samples: () => [{ value: listeners.reduce((sum, { pending }) => sum + pending, 0) }],
  };
}
