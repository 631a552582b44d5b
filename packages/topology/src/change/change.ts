import { list, object } from '@entente/options';
import { checks } from '../terms/fault.ts';
import type { Path } from '../terms/problem.ts';

/**
 * What a change does to trust, which decides whose signatures it needs.
 *
 * - `chain`: version, previous hash and time of issue, which every version changes
 * - `cosmetic`: only titles and sites
 * - `narrowing`: no party may do more than before; one administrator is enough
 * - `quorum`: everything else; k of n administrators
 * - `administrators`: who signs; k of the old and of the new set
 */
export type Effect = 'chain' | 'cosmetic' | 'narrowing' | 'quorum' | 'administrators';

/** One difference between two documents. */
export interface Change {
  /**
   * `added`: only the second document has it; `removed`: only the first; `changed`: both, with another value or in
   * another order.
   */
  readonly kind: 'added' | 'removed' | 'changed';
  /** What this change alone does to trust; {@link strongestEffect} gives the effect of several. */
  readonly effect: Effect;
  /** Field names, and for lists the name or id of the entry. */
  readonly path: Path;
  /** A sentence for people. */
  readonly summary: string;
  /** What an added entry says beside its name or id, for people; absent where that is all of it. */
  readonly details?: string;
}

const order: readonly Effect[] = ['chain', 'cosmetic', 'narrowing', 'quorum', 'administrators'];

/**
 * The strongest effect among changes.
 *
 * @param changes - of one document
 * @returns `chain` where there are none
 */
export function strongestEffect(changes: readonly Change[]): Effect {
  checks.argument(changes, list, 'changes of strongestEffect', 'give what diffTopologies returns');
  for (const change of changes)
    checks.argument(change, object, 'change of strongestEffect', 'give what diffTopologies returns');
  let strongest = 0;
  for (const change of changes) strongest = Math.max(strongest, order.indexOf(change.effect));
  return order[strongest]!;
}
