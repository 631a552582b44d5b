import { sha256Hex } from './document/topology-hash.ts';
import type { Pool, Server, Topology } from './topology.ts';

/**
 * Finds a user's home: the front end that the topology names, or the member of the named pool that the user's name selects.
 *
 * Members of a pool are chosen by the highest hash of (user, member), so that adding or removing a member moves only the users of
 * that member.
 *
 * @param topology - built from a checked document
 * @param aor - with or without scheme; the host in any case, the user part case-sensitive (RFC 3261 §19.1.4)
 */
export function homeServer(topology: Topology, aor: string): Server | undefined {
  const normal = normalAor(aor);
  if (normal === undefined) return undefined;
  const domain = topology.domains.get(normal.domain);
  if (domain === undefined) return undefined;
  const key = `${normal.user}@${normal.domain}`;
  const users = topology.document.users;
  const home = users !== undefined && Object.hasOwn(users, key) ? users[key] : domain.pool;
  if (home === undefined) return undefined;
  const server = topology.servers.get(home);
  if (server !== undefined) return server.role === 'front-end' ? server : undefined;
  const pool = topology.pools.get(home);
  return pool?.role === 'front-end' ? memberFor(pool, key) : undefined;
}

function memberFor(pool: Pool, key: string): Server | undefined {
  let best: Server | undefined;
  let bestWeight = '';
  for (const member of pool.members) {
    const weight = sha256Hex(`${key}\n${member.fqdn}`);
    if (weight > bestWeight) {
      best = member;
      bestWeight = weight;
    }
  }
  return best;
}

function normalAor(aor: string): { readonly user: string; readonly domain: string } | undefined {
  const lower = aor.slice(0, 5).toLowerCase();
  const bare = lower === 'sips:' ? aor.slice(5) : lower.startsWith('sip:') ? aor.slice(4) : aor;
  const at = bare.lastIndexOf('@');
  if (at <= 0 || at === bare.length - 1) return undefined;
  return { user: bare.slice(0, at), domain: bare.slice(at + 1).toLowerCase() };
}
