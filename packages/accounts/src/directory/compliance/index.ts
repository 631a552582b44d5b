import { accountRules } from './account-rules.ts';
import { contactRules } from './contact-rules.ts';
import { durabilityRules } from './durability-rules.ts';
import { feedRules } from './feed-rules.ts';
import { passwordRules } from './password-rules.ts';
import type { DirectoryRule } from './rule.ts';

export type { DirectoryRule, DirectoryUnderTest } from './rule.ts';

/**
 * Every rule that an implementation of the port `AccountDirectory` must pass. Run each one against a fresh, empty directory with any
 * test runner: `check` resolves if the rule holds and rejects with the breach if not.
 * @param options - `durable: false` leaves out the rules about a crash, for a directory in memory; `shared: false` those about other
 * servers, for one that one process has open at a time
 */
export function directoryCompliance(options: {
  readonly durable: boolean;
  readonly shared: boolean;
}): readonly DirectoryRule[] {
  const rules = [...accountRules, ...passwordRules, ...contactRules, ...feedRules, ...durabilityRules];
  return rules.filter(
    ({ needs }) => (needs !== 'reopen' || options.durable) && (needs !== 'another' || options.shared),
  );
}
