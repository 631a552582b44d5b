import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import type { OpenLedger } from '@entente/pki/node';

/** Opens ledgers in memory that outlive their closing: for each folder the same one again. */
export function memoryLedgers(): OpenLedger {
  const ledgers = new Map<string, Ledger>();
  return async (directory) => {
    const ledger = ledgers.get(directory) ?? createMemoryLedger();
    ledgers.set(directory, ledger);
    return { ...ledger, [Symbol.asyncDispose]: async () => {} };
  };
}
