import type { AccountRefusal, AccountRefusalReason } from '@entente/accounts';
import type { Problem } from '@entente/pki';

/** What the state of the accounts stands against: another order may succeed later. All others are wrong by themselves. */
const statusOf: { readonly [reason in AccountRefusalReason]?: number } = {
  'account-unknown': 404,
  'account-exists': 409,
  'account-disabled': 409,
  'version-conflict': 409,
  'verifiers-differ': 409,
  'position-lost': 409,
};

/**
 * A refusal of the directory as an answer.
 * @param refusal - its reason stays
 */
export function accountProblem({ message, reason, remedy }: AccountRefusal): Problem {
  return { reason, message, remedy, status: statusOf[reason] ?? 422 };
}
