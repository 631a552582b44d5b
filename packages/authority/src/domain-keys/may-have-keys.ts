import { type PkiRefusal, refuse } from '@entente/pki';
import type { Server, Topology } from '@entente/topology';
import type { Caller } from '../caller.ts';

/** Whose keys a caller may have. */
export type KeysDecision =
  | { readonly ok: true; readonly pool: string; readonly server: string }
  | { readonly ok: false; readonly refusal: PkiRefusal };

/**
 * Whose keys a server may have: those of the pool that the topology gives it, where its certificate names that pool as well. The
 * certificate of an edge's inside names no pool (`certificateNames` of `@entente/topology`): its own name stands for it.
 * @param topology - the one in force
 * @param caller - a server, as the verdict on its connection names it
 */
export function mayHaveKeys(
  topology: Topology | undefined,
  caller: Extract<Caller, { kind: 'server' }>,
): KeysDecision {
  const server = topology?.servers.get(caller.server);
  if (server === undefined)
    return {
      ok: false,
      refusal: refuse(
        'not-in-topology',
        `expected a server of the topology, found ${caller.server}`,
        'add it with entente topology add server and publish the topology first',
      ),
    };
  const pool = keyOwner(server);
  if (server.role === 'edge' || caller.names.includes(pool)) return { ok: true, pool, server: server.fqdn };
  return {
    ok: false,
    refusal: refuse(
      'name-not-allowed',
      `expected a certificate that names the pool ${pool}, found ${caller.names.join(', ')}`,
      'wait until the server has renewed its certificate, which it does when the topology gives it other names',
    ),
  };
}

/** Whose keys a server uses: its pool's, or its own where it is in none. */
export function keyOwner({ fqdn, pool }: Server): string {
  return pool?.fqdn ?? fqdn;
}
