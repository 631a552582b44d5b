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
  const user = hashOf(key);
  let best: Server | undefined;
  let bestWeight = -1;
  for (const member of pool.members) {
    const weight = mixed(user ^ seedOf(member));
    if (weight > bestWeight) {
      best = member;
      bestWeight = weight;
    }
  }
  return best;
}

/** The part of the weight that depends on the member alone, computed once: every request needs it. */
const seeds = new WeakMap<Server, number>();

function seedOf(member: Server): number {
  const known = seeds.get(member);
  if (known !== undefined) return known;
  const seed = mixed(hashOf(member.fqdn));
  seeds.set(member, seed);
  return seed;
}

/** FNV-1a, 32 bits. It spreads load and has no part in security. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** The finishing steps of MurmurHash3: every bit of the input moves every bit of the result. */
function mixed(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function normalAor(aor: string): { readonly user: string; readonly domain: string } | undefined {
  const lower = aor.slice(0, 5).toLowerCase();
  const bare = lower === 'sips:' ? aor.slice(5) : lower.startsWith('sip:') ? aor.slice(4) : aor;
  const at = bare.lastIndexOf('@');
  if (at <= 0 || at === bare.length - 1) return undefined;
  return { user: bare.slice(0, at), domain: bare.slice(at + 1).toLowerCase() };
}
