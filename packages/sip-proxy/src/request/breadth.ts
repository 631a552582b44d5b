import type { SipRequest } from '@entente/sip';

/** The Max-Breadth a request gets that has none, and the most that is believed of one that has. */
export const maxBreadth = 60;

/**
 * How many copies of a request may be under way at the same time, here and at all proxies behind.
 * @param request - as received
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
