import type { Uri } from '@entente/sip';
import {
  isTelephoneUri,
  numberOf,
  type RequestRefusal,
  readNumber,
  refusal,
  warning399,
} from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';
import { isNumberOfOurs } from './disguised-number.ts';
import { numberingOf } from './numbering-of.ts';

/** `Restricted`, `unavailable`: neither a number nor an address, which telephones would show as those of somebody. */
const word = /^[a-z]*$/;

/** What decides whether a caller may be from the telephone network. */
export interface OutsideCallerKnowledge {
  /** Of this server, for the Warning. */
  readonly fqdn: string;
  /** In force. */
  readonly topology: Topology;
  /** Whether a user of ours has a global number. */
  readonly isNumberOfUser: (number: string) => boolean;
}

/**
 * Refuses a caller from the telephone network who claims to be a user of ours or a partner's: by an address at a domain of ours or of theirs, by a
 * number that a user of ours has, or by a name that is not a number. Mediation servers ask it of gateways, front ends of mediation servers.
 * @param header - field that names the caller
 * @param uri - in that field
 * @param known - topology, and numbers of users
 * @see RFC 3325 §5
 */
export function refuseOutsideCaller(
  header: 'From' | 'P-Asserted-Identity',
  uri: Uri,
  { fqdn, isNumberOfUser, topology }: OutsideCallerKnowledge,
): RequestRefusal | undefined {
  const isOurs = uri.kind === 'sip' && topology.isOurDomain(uri.host);
  const read = readNumber(uri);
  if ((isOurs && !isTelephoneUri(uri)) || !read.ok || !/^\+?\d+$/.test(read.number.digits))
    return notAuthorised(header, `the number of a caller, found ${uri.toString()}`, fqdn);
  if (isPartners(uri, topology))
    return notAuthorised(header, `a number outside, found ${uri.toString()}, at a domain of a partner`, fqdn);
  const number = numberOf(uri, numberingOf(topology));
  // It would look like the number of a user, and be compared with none.
  if (!number.ok)
    return notAuthorised(header, `a number that can be made global, found ${uri.toString()}`, fqdn);
  return isNumberOfOurs(number.number, isNumberOfUser)
    ? notAuthorised(header, `a number outside, found ${uri.toString()}, which is a user’s of ours`, fqdn)
    : undefined;
}

/**
 * Whether a caller from the telephone network is not named. At a domain of ours or of a partner it is a user.
 * @param uri - in From
 * @param topology - in force
 * @see RFC 3323 §4.1.1.3
 */
export function isUnnamedCaller(uri: Uri, topology: Topology): boolean {
  if (uri.kind !== 'sip' || topology.isOurDomain(uri.host) || isPartners(uri, topology)) return false;
  const user = uri.user?.toLowerCase() ?? '';
  return user === 'anonymous' || (uri.host === 'anonymous.invalid' && word.test(user));
}

/** Its users send over an edge, which holds it to its domains. */
function isPartners(uri: Uri, topology: Topology): boolean {
  return uri.kind === 'sip' && topology.partnerOf(uri.host) !== undefined;
}

function notAuthorised(header: string, expected: string, agent: string): RequestRefusal {
  return refusal(
    'identity-not-authorised',
    403,
    `${header}: expected ${expected}`,
    'Let the gateway send the global number of the caller at its own name, or anonymous@anonymous.invalid, or add a rule for its numbers under telephony.rules.',
    [['Warning', warning399(agent, 'The caller is not one that a gateway may speak for')]],
  );
}
