/** A line of the log of a server, as an exporter gets it. */
export interface ExportedRecord {
  /** ISO 8601 with milliseconds, UTC. */
  readonly time: string;
  /** Severity; lines of level `debug` are not exported. */
  readonly level: 'info' | 'warn' | 'error';
  /** FQDN of the server. */
  readonly source: string;
  /** The sentence. */
  readonly message: string;
  /** `event` and the others, as `docs/reference/log.md` lists them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Lines of the log in order of time. */
export interface ExportBatch {
  /** 1 to 100. */
  readonly records: readonly ExportedRecord[];
  /** How many were left out since the batch before, because the exporter was too slow or failed. */
  readonly leftOut: number;
}

/**
 * Brings what a server logs elsewhere. It runs in a process of its own and gets one batch after another: the next one when it has answered. What it
 * fails to take, or takes too long for, is left out and counted; the server does not wait for it.
 */
export interface Exporter {
  /**
   * Takes a batch.
   * @param batch - plain data, a copy
   * @returns nothing, once the batch is where it goes
   * @throws where it is not
   */
  export(batch: ExportBatch): void | Promise<void>;
}

/** The port a plugin provides an {@link Exporter} for. */
export const exporterPort: {
  readonly name: 'exporter';
  readonly version: 1;
  readonly contract?: Exporter;
  readonly process: 'own';
} = { name: 'exporter', version: 1, process: 'own' };
