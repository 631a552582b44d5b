import type { RequestOrigin } from '@entente/sip-relay';
import type { Arrival } from './decide-edge-route.ts';

/** The two sides of an edge. */
export type Side = 'inside' | 'outside';

/** Who sends a request through the edge, found out once. */
export interface EdgeSender {
  /** A client outside, a partner with the domains it has proven, or a server of ours. */
  readonly arrival: Arrival;
  /** The connection it came over. */
  readonly origin: RequestOrigin;
}
