import type { Metric } from '@entente/host';

/**
 * Which gateways are out is in the log: an answer to a scrape has no name of a peer.
 * @param out - how many there are now
 */
export function gatewaysMetric(out: () => number): Metric {
  return {
    name: 'entente_gateways_out',
    type: 'gauge',
    help: 'Gateways that have not answered three OPTIONS, and are not called.',
    samples: () => [{ value: out() }],
  };
}
