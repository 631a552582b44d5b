import type { Ledger } from './ledger.ts';
import { LedgerState } from './ledger-state.ts';
import { recordingLedger } from './recording-ledger.ts';

/**
 * Creates a ledger in memory, which is lost when the process ends: for tests and trials.
 */
export function createMemoryLedger(): Ledger {
  return recordingLedger(new LedgerState(), {
    place: 'memory',
    write: async () => {},
    close: async () => {},
  });
}
