import type { Metric } from './metric.ts';

/** What a member knows of its domain; a `Member` is one. */
export interface DomainStanding {
  /** The topology in force; `version` grows with each one that is published. */
  readonly topology: { readonly document: { readonly version: number } };
  /** Milliseconds since 1970. */
  readonly confirmedAt: number | undefined;
  /** The credential of the internal interface; `notAfter` is milliseconds since 1970. */
  readonly identity: { readonly current: { readonly leaf: { readonly notAfter: number } } };
  /** The newest list of each authority of the domain; `nextUpdate` is milliseconds since 1970. */
  readonly revocationLists: readonly { readonly nextUpdate?: number | undefined }[];
}

/**
 * The metrics of a member of a domain: what an operator sets alarms on before peers are refused.
 * @param standing - asked at each scrape
 */
export function domainMetrics(standing: DomainStanding): readonly Metric[] {
  const one = (name: string, help: string, value: () => number | undefined): Metric => ({
    name,
    type: 'gauge',
    help,
    samples: () => {
      const found = value();
      return found === undefined ? [] : [{ value: found }];
    },
  });
  return [
    one(
      'entente_topology_version',
      'Version of the topology in force.',
      () => standing.topology.document.version,
    ),
    one(
      'entente_topology_confirmed_timestamp_seconds',
      'When the authority last confirmed the topology, seconds since 1970.',
      () => (standing.confirmedAt === undefined ? undefined : standing.confirmedAt / 1_000),
    ),
    one(
      'entente_certificate_not_after_timestamp_seconds',
      'End of the certificate of the internal interface, seconds since 1970.',
      () => standing.identity.current.leaf.notAfter / 1_000,
    ),
    one(
      'entente_revocation_list_next_update_timestamp_seconds',
      'When the first of our revocation lists expires, seconds since 1970.',
      () => {
        const ends = standing.revocationLists.flatMap(({ nextUpdate }) => nextUpdate ?? []);
        return ends.length === 0 ? undefined : Math.min(...ends) / 1_000;
      },
    ),
  ];
}

/**
 * When accounts that a server reads itself were confirmed.
 * @param accounts - asked at each scrape; without a time where the authority feeds them
 */
export function accountsMetric(accounts: { readonly confirmedAt: number | undefined }): Metric {
  return {
    name: 'entente_accounts_confirmed_timestamp_seconds',
    type: 'gauge',
    help: 'When the accounts that this server reads itself were last known to be the present ones, seconds since 1970.',
    samples: () => (accounts.confirmedAt === undefined ? [] : [{ value: accounts.confirmedAt / 1_000 }]),
  };
}
