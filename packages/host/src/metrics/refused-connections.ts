import type { Reason } from '@entente/trust';
import type { Metric } from './metric.ts';

/** Counts connections that were refused, by the reasons of the verdict: no peer can add one. */
export class RefusedConnections {
  readonly #counts = new Map<Reason, number>();
  /** `entente_tls_refused_total`: refusals since the start, one sample for each reason that has occurred. */
  readonly metric: Metric = {
    name: 'entente_tls_refused_total',
    type: 'counter',
    help: 'Connections that were refused or closed by the verdict, or that refused us, by reason.',
    samples: () => [...this.#counts].map(([reason, value]) => ({ labels: { reason }, value })),
  };

  /**
   * @param next - is told too, e.g. the log
   * @returns for `onRefusal` of `@entente/tls`
   */
  counting<R extends { readonly rejection: { readonly reason: Reason } }>(
    next: (refusal: R) => void,
  ): (refusal: R) => void {
    return (refusal) => {
      const { reason } = refusal.rejection;
      this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
      next(refusal);
    };
  }
}
