import type { Topology } from '@entente/topology';
import { mayBeInsideName } from './inside-names.ts';

/** Characters of a user's name that are looked at; a longer one is not read, and may name one of ours somewhere. */
const longestUser = 512;
/** What most names are made of: none of it leads to a place. */
const plain = /^[\w.+-]*$/;
/** Where a name goes on with a place, and the place, as far as it can be the name of a host. */
const place = /[@;:=]\s*([\p{L}\p{M}\p{Nd}._-]+)/gu;
/** Characters that nobody sees. */
const unseen = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Whether a host is a domain of ours, or looks like a name inside.
 * @param host - in lower case; one dot at its end does not count
 * @param topology - in force
 */
export function isHostOfOurs(host: string, topology: Topology): boolean {
  const name = host.replace(/\.$/, '');
  return topology.isOurDomain(name) || mayBeInsideName(topology, name);
}

/**
 * Whether the name of a user at another domain has one of ours in it, which telephones show without what is behind it: `alice%40contoso.example`,
 * `alice;phone-context=contoso.example`.
 * @param user - user part of a URI with its parameters, escapes undone
 * @param topology - in force
 */
export function showsAsOurs(user: string, topology: Topology): boolean {
  if (user.length > longestUser) return true;
  if (plain.test(user)) return false;
  const text = user.normalize('NFKC').replace(unseen, '').toLowerCase();
  for (const [, host = ''] of text.matchAll(place)) if (isHostOfOurs(host, topology)) return true;
  return false;
}
