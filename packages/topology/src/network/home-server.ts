import { anyText } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { applicationNamed } from './application-of.ts';
import type { Server, Topology } from './topology.ts';

/**
 * Finds a user's home: the front end that the topology names, or the member of the named pool that the user's name selects.
 *
 * @param topology - built from a checked document
 * @param aor - with or without scheme; the host in any case, the user part case-sensitive (RFC 3261 §19.1.4)
 * @param ofAccount - the home that the account of the user names
 */
export function homeServer(topology: Topology, aor: string, ofAccount?: string): Server | undefined {
  checks.argument(aor, anyText, 'address of homeServer', 'give an address like alice@contoso.example');
  const home = homeOf(topology, aor, ofAccount);
  if (home === undefined) return undefined;
  return home.server ?? memberFor(home.members, hashOf(home.key));
}

/**
 * The front ends that serve a user, the user's home first: each one takes the place of those before it.
 *
 * Members of a pool are ordered by the hash of (user, member), so that adding or removing a member moves only the users of that member.
 *
 * @param topology - built from a checked document
 * @param aor - as for {@link homeServer}
 * @param ofAccount - as for {@link homeServer}
 * @returns none where there is no such user
 */
export function homeServers(topology: Topology, aor: string, ofAccount?: string): readonly Server[] {
  checks.argument(aor, anyText, 'address of homeServers', 'give an address like alice@contoso.example');
  const home = homeOf(topology, aor, ofAccount);
  if (home === undefined) return [];
  const { key, members, server } = home;
  return inOrderFor(key, members, server);
}

/**
 * Servers in the order of the hash of (key, server): each key has another one first, and one that is added or removed moves no others.
 *
 * @param key - e.g. an address of record
 * @param servers - in any order
 * @param first - one of them that comes before the others, whatever the hash
 */
export function inOrderFor(key: string, servers: readonly Server[], first?: Server): readonly Server[] {
  const hash = hashOf(key);
  const weightOf = (server: Server) => (server === first ? Number.POSITIVE_INFINITY : weight(hash, server));
  return [...servers].sort((a, b) => weightOf(b) - weightOf(a));
}

interface Home {
  readonly key: string;
  /** That the topology names for the user. */
  readonly server?: Server;
  /** Who serves the user: the named server and the others of its pool. */
  readonly members: readonly Server[];
}

function homeOf(topology: Topology, aor: string, ofAccount: string | undefined): Home | undefined {
  const normal = normalAor(aor);
  if (normal === undefined) return undefined;
  const domain = topology.domains.get(normal.domain);
  if (domain === undefined) return undefined;
  const key = `${normal.user}@${normal.domain}`;
  const users = topology.document.users;
  if (users !== undefined && Object.hasOwn(users, key)) {
    // The front ends of the domain hand on what is for an application.
    const named = applicationNamed(topology, users[key] as string) === undefined ? users[key] : domain.pool;
    return homeAt(topology, named, key);
  }
  return homeAt(topology, ofAccount, key) ?? homeAt(topology, domain.pool, key);
}

function homeAt(topology: Topology, home: string | undefined, key: string): Home | undefined {
  if (home === undefined) return undefined;
  const server = topology.servers.get(home);
  if (server !== undefined)
    return server.role === 'front-end'
      ? { key, server, members: server.pool?.members ?? [server] }
      : undefined;
  const pool = topology.pools.get(home);
  return pool?.role === 'front-end' && pool.members.length > 0 ? { key, members: pool.members } : undefined;
}

function memberFor(members: readonly Server[], user: number): Server | undefined {
  let best: Server | undefined;
  let bestWeight = -1;
  for (const member of members) {
    const weighed = weight(user, member);
    if (weighed > bestWeight) {
      best = member;
      bestWeight = weighed;
    }
  }
  return best;
}

function weight(user: number, member: Server): number {
  return mixed(user ^ seedOf(member));
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
