import { isTrustError } from '@entente/tls';

/** Reasons of this side that end with another topology or trust state, and nothing that the peer does. */
const ofOwnState: ReadonlySet<string> = new Set([
  'revoked',
  'not-in-topology',
  'role-not-allowed-on-link',
  'direction-not-allowed',
  'refused-by-policy',
]);

/**
 * Whether a hop will refuse or be refused the next time as well, until the topology or the trust state changes: the peer has closed the
 * connection after its verdict, or the verdict of this side is about what the topology or a revocation list says.
 * @param error - what a dialling failed of, or what ended the connection right after it
 */
export function isLastingRefusal(error: unknown): boolean {
  if (!isTrustError(error)) return false;
  const { reason } = error.rejection;
  return reason === 'peer-refused' || ofOwnState.has(reason);
}
