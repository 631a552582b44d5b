import type { SignedTopology } from '@entente/topology';
import { decodeSigned } from '../topology/read-topology.ts';
import type { AdministratorAccess } from './administrator-access.ts';
import type { AuthorityConnection, Refusal } from './connect-authority.ts';

/** The version that the authority has in force; absent before the first one. */
export type VersionInForce =
  | { readonly ok: true; readonly signed?: SignedTopology }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Asks the authority which version is in force.
 * @param connection - to the authority
 * @param access - for faults: its origin
 * @throws OperatorFault `ENTENTE_TOPOLOGY_INVALID` where the answer is not a signed topology; faults of the connection
 */
export async function versionInForce(
  connection: AuthorityConnection,
  { authority }: Pick<AdministratorAccess, 'authority'>,
): Promise<VersionInForce> {
  const outcome = await connection.get('/topology');
  if (outcome.ok) return { ok: true, signed: decodeSigned(`${authority}/topology`, outcome.text) };
  return outcome.refusal.reason === 'not-found' ? { ok: true } : outcome;
}
