/** One value of a metric. */
export interface MetricSample {
  /** Values of a set that this program knows: never what a peer or a user wrote. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric of a server. Its values are read when somebody asks: the server itself only counts. */
export interface Metric {
  /** `entente_…`, as `docs/reference/metrics.md` lists it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  /** What it counts, in one sentence. */
  readonly help: string;
  samples(): readonly MetricSample[];
}
