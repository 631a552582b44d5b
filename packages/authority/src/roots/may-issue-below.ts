import { type MayIssue, refuse } from '@entente/pki';
import type { IssuerStore } from '@entente/pki/node';
import { type DomainRoots, nameOfRoot } from './domain-roots.ts';

/**
 * The rule that nothing is issued below a root that is tainted or not believed: it would have to be renewed at once, or nobody would
 * accept it.
 * @param roots - as the topology in force regards them
 * @param store - has the active issuing authority
 * @param others - the rule for every certificate below another root
 */
export function mayIssueBelow(
  roots: Pick<DomainRoots, 'standing' | 'first' | 'regard'>,
  store: Pick<IssuerStore, 'active'>,
  others: MayIssue,
): MayIssue {
  return (request, requester) => {
    const { root } = store.active;
    if (!roots.standing.withdrawn.has(root)) return others(request, requester);
    return {
      ok: false,
      refusal: refuse(
        'root-not-in-use',
        `the issuing authority leads to ${nameOfRoot(roots.first)}, which is ${roots.regard(root)}`,
        'let another root certify an issuing authority, with entente ca root sign; entente ca rollover shows what it waits for',
      ),
    };
  };
}
