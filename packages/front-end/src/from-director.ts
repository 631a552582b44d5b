import type { Sender } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';

/**
 * Whether a director has sent a request: it has authenticated the user with this very request, and asked nothing else.
 * @param sender - of the request
 * @param topology - in force
 */
export function isFromDirector({ origin }: Pick<Sender, 'origin'>, { servers }: Topology): boolean {
  return origin.server !== undefined && servers.get(origin.server)?.role === 'director';
}
