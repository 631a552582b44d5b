import type { SipRequest } from '@entente/sip';
import { incomingBreadth } from '../request/breadth.ts';
import type { Target, TargetGroups } from './targets.ts';

/**
 * Cuts groups that are larger than the breadth into smaller ones, tried one after the other, and gives each target its
 * share. A final response frees its share for the next group.
 * @param groups - from `selectTargets`
 * @param request - as received; its Max-Breadth is at least 1 (`validateRequest`)
 * @see RFC 5393 §5.3.3, §5.5
 */
export function shareBreadth(groups: TargetGroups, request: SipRequest): TargetGroups {
  // Without a fork the one branch keeps what the request brought.
  if (groups.every((group) => group.length <= 1)) return groups;
  const breadth = Math.max(1, incomingBreadth(request));
  return groups.flatMap((group) => {
    const parts: Target[][] = [];
    for (let from = 0; from < group.length; from += breadth) {
      const part = group.slice(from, from + breadth);
      parts.push(part.map((target, i) => ({ ...target, breadth: share(breadth, part.length, i) })));
    }
    return parts;
  });
}

/** Equal parts; what does not divide goes to the first ones. */
function share(breadth: number, count: number, index: number): number {
  return Math.floor(breadth / count) + (index < breadth % count ? 1 : 0);
}
