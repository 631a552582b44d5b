import type { Certificate } from '@entente/x509';
import type { AnchorSet } from '../policy/anchor.ts';
import { StoreFault } from './fault.ts';

/**
 * Looks whether the anchors of a location can issue certificates at all. No path leads to one that cannot, not even from itself, so every peer would be
 * refused without a word about the anchor. A location that has others as well, such as a chain with its leaf, is used.
 *
 * @param set - the anchors of one location
 * @param place - the location
 * @param report - receives a fault for the anchors that cannot, where others can
 * @throws StoreFault `ENTENTE_STORE_NOT_A_CA` where none of them can
 */
export function checkAnchorsAreCas(set: AnchorSet, place: string, report?: (fault: unknown) => void): void {
  const useless = set.anchors.filter(({ certificate }) => !mayIssue(certificate));
  const [first] = useless;
  if (first === undefined) return;
  const others = useless.length > 1 ? ` and ${useless.length - 1} more` : '';
  const fault = new StoreFault('ENTENTE_STORE_NOT_A_CA', {
    sentence: `expected certificates of CAs (basicConstraints cA), found the end-entity certificate "${first.name}"${others}, which vouches for no peer, nor for itself`,
    place,
    remedy: 'put the root of the CA that has issued it there, and have a self-signed one issued by a CA',
  });
  if (useless.length === set.anchors.length) throw fault;
  report?.(fault);
}

/** As the stage of the path asks of every issuer. */
function mayIssue({ basicConstraints, keyUsage }: Certificate): boolean {
  return basicConstraints?.cA === true && keyUsage?.keyCertSign !== false;
}
