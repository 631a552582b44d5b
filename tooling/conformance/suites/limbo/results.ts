import { writeFileSync } from 'node:fs';

/** One line of a result in x509-limbo's own format. */
export interface LimboResult {
  readonly id: string;
  readonly actual_result: 'SUCCESS' | 'FAILURE' | 'SKIPPED';
  /** Why it failed or was skipped. */
  readonly context: string | null;
}

/** Writes a harness result, with which limbo's own tools compare implementations. */
export function writeLimboResults(path: string, results: readonly LimboResult[]): void {
  writeFileSync(path, `${JSON.stringify({ version: 1, harness: 'entente', results }, null, 1)}\n`);
}
