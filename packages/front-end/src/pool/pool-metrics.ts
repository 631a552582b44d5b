import type { Metric } from '@entente/host';

/**
 * What a front end knows of the others of its pool. Which of them are silent is in the log: an answer to a scrape has no name of a peer.
 * @param pool - the others that it may dial, and which of them answer
 */
export function poolMetrics(pool: {
  readonly members: () => readonly string[];
  readonly isLiving: (server: string) => boolean;
}): readonly Metric[] {
  return [
    {
      name: 'entente_pool_members',
      type: 'gauge',
      help: 'Other servers of the pool that this one may dial.',
      samples: () => [{ value: pool.members().length }],
    },
    {
      name: 'entente_pool_members_silent',
      type: 'gauge',
      help: 'Those of them from which nothing is heard.',
      samples: () => [{ value: pool.members().filter((member) => !pool.isLiving(member)).length }],
    },
  ];
}

/**
 * Requests that a front end keeps for devices that have lost their connection.
 * @param count - how many there are now
 */
export function waitingMetric(count: () => number): Metric {
  return {
    name: 'entente_sip_requests_waiting',
    type: 'gauge',
    help: 'SIP requests that wait for the return of a device.',
    samples: () => [{ value: count() }],
  };
}
