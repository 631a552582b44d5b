import type { Metric, MetricSample } from '@entente/host';
import { countedMethods, type MessageBudget, processLoad, type TrafficCounts } from '@entente/sip-endpoint';
import type { RefusalReason } from '@entente/sip-proxy';

/** What a runtime has counted. */
export interface ProxyCounts {
  /** Requests, final answers and connections; the counters themselves, which go on counting. */
  readonly traffic: TrafficCounts;
  /** Transactions that are alive. */
  readonly transactions: number;
  /** Requests that were refused. */
  readonly refused: ReadonlyMap<RefusalReason, number>;
}

/**
 * The metrics of a proxy runtime. Their labels are methods of the RFCs, links of the allow matrix and reasons of this release: no peer can
 * add one.
 * @param counts - asks the runtime
 * @param side - of a server that has two, e.g. `inside`
 */
export function proxyMetrics(counts: () => ProxyCounts, side?: string): readonly Metric[] {
  const of = side === undefined ? {} : { side };
  const { refused, traffic } = counts();
  const labelled = (name: string, values: Iterable<readonly [string, number]>): MetricSample[] =>
    [...values].map(([label, value]) => ({ labels: { ...of, [name]: label }, value }));
  return [
    {
      name: 'entente_sip_requests_total',
      type: 'counter',
      help: 'SIP requests that were taken, retransmissions not counted, by method.',
      samples: () =>
        labelled(
          'method',
          countedMethods.map((method, place) => [method, traffic.requests[place] ?? 0]),
        ),
    },
    {
      name: 'entente_sip_answers_total',
      type: 'counter',
      help: 'Final answers to SIP requests, by the first digit of the status.',
      samples: () =>
        labelled(
          'class',
          [2, 3, 4, 5, 6].map((digit) => [`${digit}xx`, traffic.answers[digit] ?? 0]),
        ),
    },
    {
      name: 'entente_sip_refused_total',
      type: 'counter',
      help: 'SIP requests that this server has refused, by reason.',
      samples: () => labelled('reason', refused),
    },
    {
      name: 'entente_sip_transactions',
      type: 'gauge',
      help: 'SIP transactions that are alive, those that only wait for their end included.',
      samples: () => [{ labels: of, value: counts().transactions }],
    },
    {
      name: 'entente_sip_connections',
      type: 'gauge',
      help: 'SIP connections that are open, by the link of the allow matrix.',
      samples: () => labelled('link', traffic.connections),
    },
  ];
}

/**
 * What messages under way take of the memory, for all sides of a server.
 * @param budget - of the process
 */
export function budgetMetrics(budget: MessageBudget): readonly Metric[] {
  return [
    {
      name: 'entente_sip_bytes_in_flight',
      type: 'gauge',
      help: 'Bytes of SIP messages under way.',
      samples: () => [{ value: budget.bytes }],
    },
    {
      name: 'entente_sip_bytes_in_flight_max',
      type: 'gauge',
      help: 'Bytes of SIP messages that may be under way, the setting maxBytesInFlight.',
      samples: () => [{ value: budget.maxBytes }],
    },
  ];
}

/** How long what arrives at a server waits, and how often that was too long: for all its sides, which share one event loop. */
export const loadMetrics: readonly Metric[] = [
  {
    name: 'entente_sip_queue_delay_seconds',
    type: 'gauge',
    help: 'The longest that SIP messages have waited to be read since the last scrape, in seconds.',
    samples: () => [{ value: processLoad.takeLongestDelayMs() / 1_000 }],
  },
  {
    name: 'entente_sip_overloads_total',
    type: 'counter',
    help: 'How many times this server has begun to refuse new requests because it had more to do than it can.',
    samples: () => [{ value: processLoad.overloads() }],
  },
  {
    name: 'entente_sip_overload_refused_total',
    type: 'counter',
    help: 'SIP requests that were refused because this server had more to do than it can, by what they are for.',
    samples: () =>
      Object.entries(processLoad.refusals()).map(([urgency, value]) => ({ labels: { urgency }, value })),
  },
];
