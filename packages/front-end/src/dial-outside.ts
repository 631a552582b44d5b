import type { FollowedAccounts } from '@entente/member';
import { addressOfRecord, type SipRequest, type Uri } from '@entente/sip';
import { isTelephoneUri, type PreprocessedRequest, type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { Sender } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import { isEmergency } from './telephone-numbers.ts';

/**
 * Refuses a call to the telephone network by a user whose account has no right to that, and by a sender whom nobody vouches for. A number that is a user
 * of ours is no such call. For a sender whom another front end vouches for, that one has asked; a director knows who a user is and leaves to the home what
 * that user may do, and an application asks nobody. In a dialog the call has been made; an emergency call needs no right.
 * @param request - admitted
 * @param sent - its sender, and where it goes
 * @param accounts - of the domain; undefined where there are none, and no rights
 * @param topology - in force
 */
export function refuseDialOutside(
  request: SipRequest,
  { routes, sender }: { readonly routes: PreprocessedRequest; readonly sender: Sender },
  accounts: Pick<FollowedAccounts, 'known'> | undefined,
  topology: Topology,
): RequestRefusal | undefined {
  const { tokens, uri } = routes;
  if (accounts === undefined || isAsked(sender, topology) || !isTelephoneNumber(uri, topology))
    return undefined;
  const { asserted } = sender.identity;
  // The To of a REGISTER says what it is about.
  if (isEmergency(uri, topology)) return undefined;
  if (tokens.length > 0 || request.method === 'REGISTER') return undefined;
  // Outsiders reach our domains alone, and no number there but that of a user: the route decides that.
  if (asserted === undefined && sender.arrival.kind === 'partner') return undefined;
  const { known } = accounts;
  if (asserted !== undefined && known.of(asserted)?.rights.includes('dial-outside') === true)
    return undefined;
  const called = uri.kind === 'sip' && topology.isOurDomain(uri.host) ? addressOfRecord(uri) : undefined;
  if (called !== undefined && known.of(called) !== undefined) return undefined;
  return refusal(
    'dial-outside-not-allowed',
    403,
    `Request-URI: expected a user, found the telephone number ${uri.toString()}, which ${asserted ?? 'a sender without an identity'} has no right to call`,
    asserted === undefined
      ? 'Name a user who has the right in P-Asserted-Identity.'
      : 'Give the account the right: entente user right --grant dial-outside.',
  );
}

/**
 * Whether another front end has sent a request: it has asked what its user may do.
 * @param sender - of the request
 * @param topology - in force
 */
export function isAsked({ isInsider, origin }: Sender, { servers }: Topology): boolean {
  return isInsider && servers.get(origin.server ?? '')?.role === 'front-end';
}

/** A global number as user (RFC 3966 §5.1.4), which a gateway dials with `user=phone` and without. */
const globalNumber = /^\+[-.()\d]{3,}(?:;|$)/;

/** RFC 3966; RFC 3261 §19.1.1: a number, be it written as a SIP address; at the host of others also where only its form says so. */
function isTelephoneNumber(uri: Uri, topology: Topology): boolean {
  if (isTelephoneUri(uri)) return true;
  if (uri.kind !== 'sip') return false;
  return !topology.isOurDomain(uri.host) && globalNumber.test(uri.user ?? '');
}
