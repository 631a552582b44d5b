import type { Metric, MetricSample } from '@entente/host';
import { countedMethods, type SipEndpoint } from '@entente/sip-endpoint';

/** What an application counts itself. */
export interface ApplicationCounts {
  readonly endpoint: SipEndpoint;
  /** Requests that were refused, by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** Calls that are established. */
  readonly calls: number;
}

/**
 * The metrics of an application: those of every SIP server, and its calls.
 * @param counts - asks the application
 */
export function applicationMetrics(counts: () => ApplicationCounts): readonly Metric[] {
  const traffic = () => counts().endpoint.counts;
  const labelled = (name: string, values: Iterable<readonly [string, number]>): MetricSample[] =>
    [...values].map(([label, value]) => ({ labels: { [name]: label }, value }));
  return [
    {
      name: 'entente_sip_requests_total',
      type: 'counter',
      help: 'SIP requests that were taken, retransmissions not counted, by method.',
      samples: () =>
        labelled(
          'method',
          countedMethods.map((method, place) => [method, traffic().requests[place] ?? 0]),
        ),
    },
    {
      name: 'entente_sip_answers_total',
      type: 'counter',
      help: 'Final answers to SIP requests, by the first digit of the status.',
      samples: () =>
        labelled(
          'class',
          [2, 3, 4, 5, 6].map((digit) => [`${digit}xx`, traffic().answers[digit] ?? 0]),
        ),
    },
    {
      name: 'entente_sip_refused_total',
      type: 'counter',
      help: 'SIP requests that this server has refused, by reason.',
      samples: () => labelled('reason', counts().refused),
    },
    {
      name: 'entente_sip_transactions',
      type: 'gauge',
      help: 'SIP transactions that are alive, those that only wait for their end included.',
      samples: () => [{ value: counts().endpoint.transactions }],
    },
    {
      name: 'entente_sip_connections',
      type: 'gauge',
      help: 'SIP connections that are open, by the link of the allow matrix.',
      samples: () => labelled('link', traffic().connections),
    },
    {
      name: 'entente_application_calls',
      type: 'gauge',
      help: 'Calls of a trusted application that are established.',
      samples: () => [{ value: counts().calls }],
    },
  ];
}
