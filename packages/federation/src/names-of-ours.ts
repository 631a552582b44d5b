import { anyText } from '@entente/options';
import type { SipUri } from '@entente/sip';
import { checkTopology, type Topology } from '@entente/topology';
import { checks } from './checks.ts';
import { checkLists } from './given.ts';
import { mayBeInsideName } from './inside-names.ts';

/** Characters of a user's name that are looked at; a longer one is not read, and may name one of ours somewhere. */
const longestUser = 512;
/** What most names are made of: none of it leads to a place. */
const plain = /^[\w.+-]*$/;
/**
 * Where a name goes on with a place, also where that is escaped once more, and the place, as far as it can be the name of a host: without quotes, brackets
 * and blanks before it, and dots, those of an ellipsis too, and dashes around it, by which it looks cut off. Each character is looked at once.
 */
const place =
  /(?:[@;:=]|%(?:25)*(?:40|3[abd]))[^@;:=\p{L}\p{Nd}]*([\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd}._-]*[\p{L}\p{M}\p{Nd}])?)/gu;
/** Characters that nobody sees. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;
/** Blanks that are narrower than a space, to which NFKC makes them. */
const narrow = /[\u2006\u2008-\u200A\u202F\u205F]/g;
/** Characters by which a telephone shows others in another order than that in which they stand. */
const turning = /\p{Bidi_Control}/u;
/** What separates labels of an internationalised name beside the dot (RFC 3490 §3.1), as NFKC leaves it. */
const ideographicDot = /\u3002/g;
/** A name with letters that DNS does not have as they are. */
const beyondAscii = /[^\p{ASCII}]/u;

/**
 * Whether a host is a domain of ours, or looks like a name inside.
 * @param host - in lower case; one dot at its end does not count
 * @param topology - in force
 */
export function isHostOfOurs(host: string, topology: Topology): boolean {
  checks.argument(host, anyText, 'host of isHostOfOurs');
  checkTopology(topology, 'isHostOfOurs');
  const name = host.replace(/\.$/, '');
  return topology.isOurDomain(name) || mayBeInsideName(topology, name);
}

/**
 * Whether the name of a user at another domain has one of ours in it, which telephones show without what is behind it: `alice%40contoso.example`,
 * `alice;phone-context=contoso.example`, `alice:x%40contoso.example`. One that turns the order of what is shown may have any.
 * @param uri - its user part with its parameters, and what stands behind that as a password, escapes undone
 * @param topology - in force
 */
export function showsAsOurs(uri: Pick<SipUri, 'password' | 'user'>, topology: Topology): boolean {
  checkLists(uri, [], 'URI of showsAsOurs', 'give a URI of kind sip');
  checkTopology(topology, 'showsAsOurs');
  const user = userInfo(uri);
  checks.argument(user, anyText, 'user of showsAsOurs');
  if (user.length > longestUser) return true;
  if (plain.test(user)) return false;
  if (turning.test(user)) return true;
  const shown = user.replace(narrow, '').normalize('NFKC');
  const text = shown.replace(unseen, '').replace(ideographicDot, '.').toLowerCase();
  for (const [, host = ''] of text.matchAll(place)) if (isHostOfOurs(inDns(host), topology)) return true;
  return false;
}

/** All that stands before the @: a telephone may show it as it is. */
function userInfo({ password, user = '' }: Pick<SipUri, 'password' | 'user'>): string {
  return password === undefined ? user : `${user}:${password}`;
}

/** `bücher.example` as `xn--bcher-kva.example`, which is how a topology names it; what has no such form stays as it is. */
function inDns(host: string): string {
  if (!beyondAscii.test(host) || !URL.canParse(`http://${host}`)) return host;
  return new URL(`http://${host}`).hostname;
}
