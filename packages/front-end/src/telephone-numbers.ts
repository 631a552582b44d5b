import type { Account } from '@entente/accounts';
import type { FollowedAccounts } from '@entente/member';
import { addressOfRecord, parseUri, type SipRequest, type Uri } from '@entente/sip';
import {
  isEmergencyNumber,
  isTelephoneUri,
  numberOf,
  type PreprocessedRequest,
  type RequestRefusal,
  refusal,
} from '@entente/sip-proxy';
import { clientAddress, isEdge, numberingOf, type RequestOrigin } from '@entente/sip-relay';
import { addressGroup } from '@entente/tls/internal';
import { routeName, type Topology } from '@entente/topology';

/** Users whom a remedy names. */
const mostNamed = 3;

type Known = Pick<FollowedAccounts, 'known'> | undefined;

/**
 * Whether somebody in need calls. Nobody has to have a right for that.
 * @param uri - Request-URI
 * @param topology - in force
 */
export function isEmergency(uri: Uri, topology: Topology): boolean {
  return isEmergencyNumber(uri, numberingOf(topology));
}

/**
 * In whose name an emergency call counts, before anything of its sender is proven. An edge brings requests of unknown peers as well: what they write in
 * From has no share of its own, so that their share is that of their address, and taken at once.
 * @param request - as received
 * @param origin - where it comes from
 * @returns `isVouchedFor`: whether somebody stands for the name, so that the call counts once it is admitted
 */
export function emergencyCaller(
  request: SipRequest,
  origin: RequestOrigin,
): { readonly name: string | undefined; readonly isVouchedFor: boolean } {
  const [proven] = origin.users.keys();
  if (proven !== undefined || !isEdge(origin))
    return { name: proven ?? addressOfRecord(request.from.uri), isVouchedFor: true };
  return { name: `at ${addressGroup(clientAddress(request, origin))}`, isVouchedFor: false };
}

/**
 * A request for the number of a user of ours goes to that user, and leaves the organisation nowhere.
 * @param request - admitted
 * @param routes - what is left of its Route
 * @param accounts - of the domain
 * @param topology - in force
 * @returns the routes with the address of the user as Request-URI, or as they are where nobody has the number
 */
export function towardsOwner(
  request: SipRequest,
  routes: PreprocessedRequest,
  accounts: Known,
  topology: Topology,
): PreprocessedRequest | RequestRefusal {
  const { tokens, uri } = routes;
  if (request.method === 'REGISTER' || tokens.length > 0 || request.to.tag !== undefined) return routes;
  if (accounts === undefined || !isOurNumber(uri, topology) || isEmergency(uri, topology)) return routes;
  if (isUser(uri, accounts)) return routes;
  const found = numberOf(uri, numberingOf(topology));
  const owners = found.ok ? accounts.known.withNumber(found.number) : [];
  const [owner] = owners;
  if (owner === undefined) return routes;
  if (owners.length > 1) return notUnique(uri, owners);
  const address = parseUri(`${uri.scheme === 'sips' ? 'sips' : 'sip'}:${owner.address}`);
  return address.ok ? { ...routes, uri: address.value } : routes;
}

/**
 * The mediation server, or pool of them, that looks at a number: the first of the topology, or another one where that does not answer.
 * @param uri - Request-URI
 * @param accounts - of the domain: an address that is a user's is not a number to call
 * @param topology - in force
 * @param isLiving - whether a server answers, as far as is known
 * @returns undefined where the URI is not a number, or no mediation server is there
 */
export function mediationFor(
  uri: Uri,
  accounts: Known,
  topology: Topology,
  isLiving: (server: string) => boolean,
): string | undefined {
  const isNumber = isEmergency(uri, topology) || (isOurNumber(uri, topology) && !isUser(uri, accounts));
  if (!isNumber) return undefined;
  let first: string | undefined;
  for (const { fqdn, role } of topology.servers.values()) {
    if (role !== 'mediation') continue;
    if (isLiving(fqdn)) return routeName(topology, fqdn);
    first ??= routeName(topology, fqdn);
  }
  return first;
}

/** A number at the domain of others is for them to look at. */
function isOurNumber(uri: Uri, topology: Topology): boolean {
  return isTelephoneUri(uri) && (uri.kind !== 'sip' || topology.isOurDomain(uri.host));
}

/** A user may be called as a number is. */
function isUser(uri: Uri, accounts: Known): boolean {
  const address = addressOfRecord(uri);
  return address !== undefined && accounts?.known.of(address) !== undefined;
}

function notUnique(uri: Uri, owners: readonly Account[]): RequestRefusal {
  const names = owners.slice(0, mostNamed).map(({ address }) => address);
  const more = owners.length > names.length ? ` and ${owners.length - names.length} more` : '';
  return refusal(
    'number-not-routed',
    404,
    `Request-URI: expected a number that one user has, found ${uri.toString()}, which ${owners.length} have`,
    `Take the number from all but one of ${names.join(', ')}${more}: entente user number <address> --none.`,
  );
}
