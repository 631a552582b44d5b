import { isTrustError } from '@entente/tls';
import type { NextHop } from './next-hop.ts';

/**
 * Reasons of this side that end with another topology, trust state or revocation list, with the clock of this machine, which ends each pause when it is set,
 * or with another certificate of the peer, which then comes by itself: not with what the network does in the next second.
 */
const ofOwnState: ReadonlySet<string> = new Set([
  'certificate-expired',
  'certificate-not-yet-valid',
  'clock-untrusted',
  'revocation-stale',
  'revoked',
  'topology-stale',
  'not-in-topology',
  'role-not-allowed-on-link',
  'direction-not-allowed',
  'refused-by-policy',
]);

/**
 * Whether a hop will refuse or be refused the next time as well, until the topology or the trust state changes: the peer has closed the
 * connection after its verdict, or the verdict of this side is about what the topology or a revocation list says, or how old they and the certificate are.
 * What stands before a gateway closes connections for as long as the gateway starts.
 * @param hop - the one that was dialled
 * @param error - what a dialling failed of, or what ended the connection right after it
 */
export function isLastingRefusal({ isForeign = false }: Pick<NextHop, 'isForeign'>, error: unknown): boolean {
  if (!isTrustError(error)) return false;
  const { reason } = error.rejection;
  return (reason === 'peer-refused' && !isForeign) || ofOwnState.has(reason);
}
