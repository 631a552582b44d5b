import type { GivenUp, NotTakenRequest, SipConnection } from '@entente/sip-endpoint';
import type { RequestRefusal } from '@entente/sip-proxy';
import type { LeftOut, Log, RefusalLimit } from '@entente/tls';
import type { RefusedByPolicy } from '../request-policy/ask-policies.ts';

/** The peer of a connection, for logs: the server it proved to be, the domain of a partner, a user, or else an address. */
export function peerName(connection: SipConnection): string {
  const { protection, server, socket, users } = connection;
  const { peer } = protection;
  // The `server` of a partner is the name of its entry; its domain says more.
  if (server !== undefined && peer?.role !== 'partner') return server;
  const [user] = users.keys();
  return (
    peer?.sipDomains[0] ??
    peer?.dnsNames[0] ??
    user ??
    `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`
  );
}

/**
 * Logs that a connection is up, or that a user has authenticated on it.
 * @param from - the peer
 * @param to - this server
 */
export function logConnection(log: Log, connection: SipConnection, from: string, to: string): void {
  const { cipher, protection, protocol } = connection.protection;
  log.info(
    { event: 'link', link: connection.link.row, from, to, protection, tls: protocol, cipher },
    `${connection.link.name}: ${from}`,
  );
}

/**
 * Logs why a request is not relayed. The words are for operators; the sender gets the status. The limit bounds the lines of each
 * peer; a line has the number of refusals before it that got none.
 */
export function logRequestRefusal(
  log: Log,
  limit: RefusalLimit,
  request: NotTakenRequest,
  refusal: RequestRefusal,
  connection: SipConnection,
): void {
  const { plugin } = refusal as Partial<RefusedByPolicy>;
  // A challenge is the usual first step of a conversation, not something an operator looks into.
  const level = refusal.reason === 'authentication-required' ? 'debug' : 'warn';
  const leftOut = level === 'debug' ? {} : lineAbout(connection, limit, refusal.reason !== 'overloaded');
  if (leftOut === undefined) return;
  log[level](
    {
      event: 'refused',
      reason: refusal.reason,
      peer: peerName(connection),
      link: connection.link.name,
      method: request.method,
      status: refusal.status,
      callId: callIdOf(request),
      remedy: refusal.remedy,
      ...(plugin === undefined ? {} : { plugin }),
      ...(refusal.user === undefined ? {} : { user: refusal.user }),
      ...leftOut,
    },
    refusal.message,
  );
}

/** Longest Call-ID in a line of the log, characters: its sender may make it longer. */
const maxCallId = 256;

/**
 * The Call-ID of a request, for logs.
 * @returns undefined where what the peer wrote is no Call-ID
 */
export function callIdOf(request: Pick<NotTakenRequest, 'callId'>): string | undefined {
  try {
    return request.callId.slice(0, maxCallId);
  } catch {
    return undefined;
  }
}

/** Logs that a connection is closed for what its peer alone has done; within the same limit as refused requests. */
export function logGivenUp(log: Log, limit: RefusalLimit, why: GivenUp, connection: SipConnection): void {
  const leftOut = lineAbout(connection, limit);
  if (leftOut === undefined) return;
  const { message, remedy } = givenUp[why];
  log.warn(
    {
      event: 'closed',
      reason: why,
      peer: peerName(connection),
      link: connection.link.name,
      remedy,
      ...leftOut,
    },
    message,
  );
}

const givenUp: Readonly<Record<GivenUp, { readonly message: string; readonly remedy: string }>> = {
  'message-incomplete': {
    message: 'a message that had begun was expected to end in time, and did not',
    remedy: 'Look for a network that loses bytes, or for a client that sends a message in small parts.',
  },
  'no-room': {
    message: 'the peer began to send more than it may have under way',
    remedy: 'Look for a client that sends many large messages at once.',
  },
  'answers-not-taken': {
    message: 'the peer sent requests and did not read the answers',
    remedy: 'Look for a client that has stopped reading, or a network that loses bytes.',
  },
};

/** Logs a fault of this program while a message of a peer was handled; within the same limit: a peer may be able to repeat it. */
export function logMessageFault(
  log: Log,
  limit: RefusalLimit,
  error: unknown,
  connection: SipConnection,
): void {
  const leftOut = lineAbout(connection, limit);
  if (leftOut === undefined) return;
  const fields = { event: 'fault', peer: peerName(connection), err: error, ...leftOut };
  log.error(fields, 'a message could not be handled');
}

/**
 * Asks for a line about the peer of a connection.
 * @param isItsOwn - whether what it is about is the peer's own doing: what many cause together has a hundred lines a second for all
 */
function lineAbout(
  { server, source, users }: SipConnection,
  limit: RefusalLimit,
  isItsOwn = true,
): LeftOut | undefined {
  const admitted = isItsOwn && (server !== undefined || users.size > 0);
  return limit.line({ name: server, address: source?.address, admitted });
}
