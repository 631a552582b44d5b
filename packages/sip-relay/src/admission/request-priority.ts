import { addressOfRecord, detached, type PlainRequest, type SipRequest } from '@entente/sip';
import type { AskedRequest, RequestUrgency, SipConnection } from '@entente/sip-endpoint';
import { addressGroup } from '@entente/tls/internal';
import type { ProxyPolicy } from '../proxy-policy.ts';
import { clientAddress, isEdge } from './client-address.ts';

/**
 * What a request is for and who sends it, found out before anything of it is proven: it decides who is refused first under load, and
 * nothing else.
 * @param request - whose form nobody has checked yet
 * @param connection - it came over
 * @param policy - knows the tokens of this server
 */
export function requestPriority(
  request: SipRequest,
  connection: SipConnection,
  policy: Pick<ProxyPolicy, 'isEmergency' | 'isInDialog' | 'isOfPool'>,
): AskedRequest {
  return { urgency: urgencyOf(request, connection, policy), peer: peerOf(request, connection) };
}

/**
 * The same for a request that nobody has read, where it comes from a client: who is behind a server, and what a token is for, nobody knows
 * at a glance.
 * @param request - whose form is plain
 * @param connection - it came over
 * @returns undefined where it has to be read: also for REGISTER, whose answer says when to come back
 */
export function weighAtAGlance(request: PlainRequest, connection: SipConnection): AskedRequest | undefined {
  if (connection.server !== undefined || (request.hasRoute && request.hasToTag)) return undefined;
  // A number may be one of those for emergencies.
  if (toBeRead.has(request.method) || request.mayBeNumber) return undefined;
  return { urgency: 'new', peer: connection.ledger.name };
}

/** What has an answer of its own under load, or none. */
const toBeRead: ReadonlySet<string> = new Set(['REGISTER', 'CANCEL', 'ACK']);

function urgencyOf(
  request: SipRequest,
  connection: SipConnection,
  policy: Pick<ProxyPolicy, 'isEmergency' | 'isInDialog' | 'isOfPool'>,
): RequestUrgency {
  if (request.method === 'REGISTER') {
    const isKnown = connection.server === undefined && connection.isProven;
    return isKnown ? 'refresh' : 'first-registration';
  }
  // A tag costs nothing to write; our token can be written by nobody else.
  const isInDialog =
    request.has('Route') && request.to.tag !== undefined && policy.isInDialog?.(request, connection) === true;
  // A copy that is not taken costs a full one later, and the registrations of others wait for it meanwhile.
  const isUnderWay =
    isInDialog ||
    policy.isOfPool?.(request, connection) === true ||
    policy.isEmergency?.(request, connection) === true;
  return isUnderWay ? 'in-dialog' : 'new';
}

/** Many are behind the connection of a server: an edge says where each client is, any other server who it has found the sender to be. */
function peerOf(request: SipRequest, connection: SipConnection): string {
  if (connection.server === undefined || connection.protection.peer?.role === 'partner')
    return connection.ledger.name;
  const sender = isEdge(connection)
    ? addressGroup(clientAddress(request, connection))
    : addressOfRecord(request.from.uri);
  return detached(sender ?? connection.ledger.name);
}
