import type { ExportBatch, ExportedRecord, Exporter } from './log-exporter.ts';

/** An exporter for tests: keeps what it gets, and fails while it is told to. */
export class FakeExporter implements Exporter {
  /** Records that it took, in order, over all batches. */
  readonly records: ExportedRecord[] = [];
  /** Of all batches that it took. */
  leftOut = 0;
  /** Whether it takes nothing. */
  isBroken = false;

  export({ leftOut, records }: ExportBatch): void {
    if (this.isBroken) throw new Error('expected a destination that takes the batch, found none');
    this.records.push(...records);
    this.leftOut += leftOut;
  }
}
