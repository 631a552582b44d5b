import type { SipRequest } from '@entente/sip';
import type { RequestOrigin } from '../proxy-policy.ts';

/**
 * Where the client is: an edge notes it in the Via below its own, unless the client wrote it there itself as the host (RFC 3261 §18.2.1).
 * No other server is believed that.
 */
export function clientAddress(request: SipRequest, origin: RequestOrigin): string | undefined {
  const via = isEdge(origin) ? request.vias[1] : undefined;
  return via === undefined ? origin.source?.address : (via.received ?? via.host.replace(/^\[|\]$/g, ''));
}

/** Whether an edge is at the other end. */
export function isEdge({ protection }: RequestOrigin): boolean {
  return protection.peer?.role === 'edge';
}
