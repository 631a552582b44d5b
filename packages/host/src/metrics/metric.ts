/** One value of a metric. */
export interface MetricSample {
  /** Values of a set that this program knows: never what a peer or a user wrote. */
  readonly labels?: Readonly<Record<string, string>>;
  /** In the unit that the name of the metric says, e.g. seconds; else a count. */
  readonly value: number;
}

/** A metric of a server. Its values are read when somebody asks: the server itself only counts. */
export interface Metric {
  /** `entente_…`, as `docs/reference/metrics.md` lists it. */
  readonly name: string;
  /** `counter`: only grows, until the process restarts. `gauge`: may also fall. */
  readonly type: 'counter' | 'gauge';
  /** What it counts, in one sentence. */
  readonly help: string;
  /** The values now, one for each set of labels; empty where nothing is known yet. */
  samples(): readonly MetricSample[];
}
