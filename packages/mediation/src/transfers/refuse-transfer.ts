import type { FollowedAccounts } from '@entente/member';
import { addressOfRecord, parseNameAddr, type SipRequest, type Uri } from '@entente/sip';
import { isTelephoneUri, numberOf, type RequestRefusal, refusal } from '@entente/sip-proxy';
import { numberingOf } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import { otherCallOf } from '../gateways/gateway-fields.ts';
import { mayCall } from '../numbers/may-call.ts';

/** Header fields that a Refer-To may bring: those of a transfer to somebody who is being talked to (RFC 3515 §2.1, RFC 3891 §3). */
const allowedHeaders: ReadonlySet<string> = new Set(['replaces', 'require']);

/** What a transfer is judged by. */
export interface TransferKnowledge {
  readonly topology: Topology;
  readonly accounts: Pick<FollowedAccounts, 'isStale' | 'known'>;
}

/**
 * Refuses an INVITE of a gateway that would take over a call of others, or asks in its name (RFC 3891, RFC 3911, RFC 4538): nobody in the telephone network knows of one.
 * @param request - of a gateway, outside of a dialog
 */
export function refuseTakeover(request: SipRequest): RequestRefusal | undefined {
  const field = otherCallOf(request);
  return field === undefined
    ? undefined
    : notAllowed(`${field}: expected none from a gateway, found ${request.get(field)}`);
}

/**
 * Refuses a REFER by which a user lets a gateway call what the user may not, or by which a gateway lets a user call what is neither a number nor
 * a user of ours.
 * @param request - REFER in a dialog
 * @param user - who transfers, where that is a user of ours; undefined for a gateway
 * @param known - topology and accounts
 * @see RFC 3515 §2.4.2, RFC 5589 §4
 */
export function refuseTransfer(
  request: SipRequest,
  user: string | undefined,
  known: TransferKnowledge,
): RequestRefusal | undefined {
  const values = request.all('Refer-To');
  const parsed = values.length === 1 ? parseNameAddr(values[0]!) : undefined;
  if (parsed?.ok !== true) return notAllowed('Refer-To: expected one address, found none that can be read');
  const { uri } = parsed.value;
  const found = uri.toString();
  if (uri.kind === 'sip') {
    const method = uri.parameters.get('method');
    if (method !== undefined && method !== 'INVITE')
      return notAllowed(`Refer-To: expected a call, found the method ${method}`);
    for (const [name] of uri.headers)
      if (!allowedHeaders.has(name.toLowerCase()))
        return notAllowed(`Refer-To: expected no header field but Replaces, found ${name}`);
  }
  // It is where the request goes, whatever the host is (RFC 3261 §19.1.1).
  if (uri.kind === 'sip' && uri.parameters.has('maddr'))
    return notAllowed(`Refer-To: expected an address without maddr, found ${found}`);
  if (uri.kind === 'sip' && !isInside(uri.host, known.topology))
    return notAllowed(`Refer-To: expected a number or a user of ours, found ${found}`);
  const isMarked = isTelephoneUri(uri);
  if (!isMarked && !mayBeDialled(uri, known.accounts)) return undefined;
  const number = numberOf(uri, numberingOf(known.topology));
  if (isMarked && !number.ok) return number.refusal;
  if (user === undefined || (number.ok && number.isEmergency && isBare(uri))) return undefined;
  const caller = mayCall(user, known.accounts, `Refer-To: expected a user, found the number ${found}`);
  return caller.ok ? undefined : caller.refusal;
}

/**
 * Whether a gateway may find a number in what is not marked as one. Gateways read the user part of any name as they like, and may drop what they do
 * not know: whatever begins with no letter is a number to call, but for a user of ours who has such a name.
 */
function mayBeDialled(uri: Uri, accounts: TransferKnowledge['accounts']): boolean {
  if (uri.kind !== 'sip') return true;
  // What is escaped begins with no letter here: it may be anything.
  if (uri.rawUser === undefined || /^[a-z]/i.test(uri.rawUser)) return false;
  const address = addressOfRecord(uri);
  return address === undefined || accounts.known.of(address) === undefined;
}

/** Whether no parameters stand behind a number: a gateway reads the number itself, and could call what they say in its place (RFC 4694). */
function isBare(uri: Uri): boolean {
  return uri.kind === 'sip' && uri.user?.includes(';') === false;
}

/** A user of ours, or a server through which one is reached by a Contact. */
function isInside(host: string, topology: Topology): boolean {
  const { pools, servers } = topology;
  return topology.isOurDomain(host) || servers.has(host) || pools.has(host);
}

function notAllowed(message: string): RequestRefusal {
  return refusal('transfer-not-allowed', 403, message, 'Transfer the call to a user or to a number.');
}
