import type { FollowedAccounts } from '@entente/member';
import { addressOfRecord, type SipRequest, type SipUri } from '@entente/sip';
import { isTelephoneUri, numberOf, type PreprocessedRequest } from '@entente/sip-proxy';
import { numberingOf, type Sender } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import { isAsked } from './dial-outside.ts';

/** What is on the keys of a telephone, with what people write between the digits. */
const dialled = /^\+?[0-9*#][0-9*#.()-]*$/;

/**
 * Whether a text is a number as a person dials it.
 * @param user - user part of a URI, as it is written
 */
export function looksDialled(user: string): boolean {
  return dialled.test(user);
}

/**
 * Most telephones write a number that was dialled as the name of a user, and leave out `user=phone`, which would make it a number (RFC 3261 §19.1.1). It is
 * one where nobody has that address, our rules make a global number of it, and there is somebody to take the call: a user who has the number, or a
 * mediation server. Then the mark is set, so that all that holds for numbers holds for this one. A partner calls users alone. What another front end brings
 * stays what that one has taken it for: for a user it has not asked whether the caller may call numbers.
 * @param request - admitted
 * @param sent - its sender, and what is left of its Route
 * @param accounts - of the domain; without them nobody knows which addresses are users
 * @param topology - in force
 * @returns the routes with the marked Request-URI, or as they are
 */
export function asDialled(
  request: SipRequest,
  { routes, sender }: { readonly routes: PreprocessedRequest; readonly sender: Sender },
  accounts: Pick<FollowedAccounts, 'known'> | undefined,
  topology: Topology,
): PreprocessedRequest {
  const { tokens, uri } = routes;
  if (accounts === undefined || uri.kind !== 'sip' || !looksDialled(uri.rawUser ?? '')) return routes;
  if (request.method === 'REGISTER' || tokens.length > 0 || request.to.tag !== undefined) return routes;
  if (isAsked(sender, topology) || isTelephoneUri(uri) || !topology.isOurDomain(uri.host)) return routes;
  if (isSomebody(uri, accounts, topology)) return routes;
  const found = numberOf(uri, numberingOf(topology));
  if (!found.ok || found.isEmergency) return routes;
  const isTaken =
    accounts.known.withNumber(found.number).length > 0 ||
    (sender.arrival.kind !== 'partner' && hasMediation(topology));
  return isTaken ? { ...routes, uri: uri.with({ parameters: { user: 'phone' } }) } : routes;
}

/** An account, or an address that the topology gives to somebody. */
function isSomebody(
  uri: SipUri,
  { known }: Pick<FollowedAccounts, 'known'>,
  { document }: Topology,
): boolean {
  const address = addressOfRecord(uri);
  return (
    address === undefined || known.of(address) !== undefined || Object.hasOwn(document.users ?? {}, address)
  );
}

function hasMediation({ servers }: Topology): boolean {
  for (const { role } of servers.values()) if (role === 'mediation') return true;
  return false;
}
