import type { SipRequest } from '@entente/sip';
import type { Target, TargetGroups } from './targets.ts';

/** The Max-Breadth a request gets that has none, and the most that is believed of one that has. */
export const maxBreadth = 60;

/**
 * How many copies of a request may be under way at the same time, here and at all proxies behind.
 * @param request as received
 * @returns 0 to 60; a value that cannot be read counts as 60
 * @see RFC 5393 §5.3.3
 */
export function incomingBreadth(request: SipRequest): number {
  const text = request.get('Max-Breadth');
  if (text === undefined || text.length === 0 || text.length > 9) return maxBreadth;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return maxBreadth;
  }
  return Math.min(Number(text), maxBreadth);
}

/**
 * Cuts groups that are larger than the breadth into smaller ones, tried one after the other, and gives each target its
 * share. A final response frees its share for the next group.
 * @param groups from `selectTargets`
 * @param request as received; its Max-Breadth is at least 1 (`validateRequest`)
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
