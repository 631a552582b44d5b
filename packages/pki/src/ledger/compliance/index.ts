import { certificateRules } from './certificate-rules.ts';
import { durabilityRules } from './durability-rules.ts';
import { intentRules } from './intent-rules.ts';
import { queryRules } from './query-rules.ts';
import type { LedgerRule } from './rule.ts';
import { tokenRules } from './token-rules.ts';

export type { LedgerRule, LedgerUnderTest } from './rule.ts';

/**
 * Every rule that an implementation of the ledger port must pass. Run each one against a fresh, empty ledger with any
 * test runner: `check` resolves if the rule holds and rejects with the breach if not.
 * @param options - `durable: false` leaves out the rules about a crash, for a ledger in memory
 */
export function ledgerCompliance(options: { readonly durable: boolean }): readonly LedgerRule[] {
  const rules = [...certificateRules, ...queryRules, ...intentRules, ...tokenRules, ...durabilityRules];
  return options.durable ? rules : rules.filter((rule) => !rule.durable);
}
