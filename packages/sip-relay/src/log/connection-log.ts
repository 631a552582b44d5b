import type { GivenUp, HeldUp, NotTakenRequest, SipConnection } from '@entente/sip-endpoint';
import type { RequestRefusal } from '@entente/sip-proxy';
import type { Log } from '@entente/tls';
import { type LeftOut, RefusalLimit, shortText } from '@entente/tls/internal';
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
 * @param domains - of a partner: those that its certificate proves, of which the line has the first eight
 */
export type LogConnection = (
  connection: SipConnection,
  from: string,
  to: string,
  domains?: readonly string[],
) => void;

/** Domains of a partner in a line: its entry may have 10,000. */
const maxDomains = 8;

/**
 * Bounds the lines about connections that are up: a peer, be it a user, that connects again and again has ten in a second, and a line has the
 * number of those before it that got none. A partner is one peer by its entry, whatever names its certificates have.
 * @param log - where the lines go
 * @param now - milliseconds; default: the clock of the machine
 */
export function connectionLog(log: Log, now?: () => number): LogConnection {
  const limit = new RefusalLimit(now);
  return (connection, from, to, domains = []) => {
    const { cipher, peer, protection, protocol } = connection.protection;
    const partner = peer?.role === 'partner' ? connection.server : undefined;
    const leftOut = limit.line({
      name: partner === undefined ? from : `partner ${partner}`,
      admitted: true,
    });
    if (leftOut === undefined) return;
    const { name, row } = connection.link;
    const fields = {
      event: 'link',
      link: row,
      from,
      to,
      ...(partner === undefined ? {} : { partner, domains: domains.slice(0, maxDomains) }),
      protection,
      tls: protocol,
      cipher,
      ...leftOut,
    };
    log.info(fields, `${name}: ${from}`);
  };
}

/**
 * Logs why a request is not relayed. The words are for operators; the sender gets the status. The limit bounds the lines of each
 * peer; a line has the number of refusals before it that got none. What the peer wrote is in it as far as it is short.
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
      method: methodOf(request),
      status: refusal.status,
      callId: callIdOf(request),
      remedy: refusal.remedy,
      ...(plugin === undefined ? {} : { plugin }),
      ...(refusal.user === undefined ? {} : { user: nameForLog(refusal.user) }),
      ...leftOut,
    },
    shortText(refusal.message),
  );
}

/** Longest Call-ID in a line of the log, characters: its sender may make it longer. */
const maxCallId = 256;
/** Longest method; those that are registered have nine at most. */
const maxMethod = 64;
/** Longest name of somebody, who may not have proven it. */
const maxName = 256;

/** The method of a request, for logs: its sender may make one up. */
export function methodOf({ method }: Pick<NotTakenRequest, 'method'>): string {
  return shortText(method, maxMethod);
}

/** A name, for logs: a user or a server, or an address that a peer has written. */
export function nameForLog(name: string): string {
  return shortText(name, maxName);
}

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
  warnOfPeer(log, limit, connection, { event: 'closed', reason: why, ...givenUp[why] });
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

/** Logs that a peer is not read from for a while, for what it sends; within the same limit. */
export function logHeldUp(log: Log, limit: RefusalLimit, why: HeldUp, connection: SipConnection): void {
  warnOfPeer(log, limit, connection, { event: 'held-up', reason: why, ...heldUp[why] });
}

const heldUp: Readonly<Record<HeldUp, { readonly message: string; readonly remedy: string }>> = {
  refusals: {
    message:
      'the peer sent more that is refused at once, or answers nothing that was asked, than may come within half a second, and is read from again when that is over',
    remedy:
      'Look at what was refused to it; where no line says so, look for a program that answers, acknowledges or cancels what nobody has sent.',
  },
  'keep-alives': {
    message:
      'the peer sent 64 or more keep-alives within half a second, and is read from again when that is over',
    remedy:
      'Look for a client that sends line breaks without end: one keep-alive in 95 to 120 seconds is enough.',
  },
  'in-dialogs': {
    message:
      'the peer sent more requests in dialogs, ACKs, REGISTERs or copies of requests than calls and devices ever do, and is read from again when there is time for it',
    remedy:
      'Look for a client that repeats a request in a call, or registers, without end; let a gateway with thousands of calls have a certificate.',
  },
};

interface Warning {
  readonly event: string;
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

function warnOfPeer(log: Log, limit: RefusalLimit, connection: SipConnection, warning: Warning): void {
  const leftOut = lineAbout(connection, limit);
  if (leftOut === undefined) return;
  const { event, message, reason, remedy } = warning;
  const { name: link } = connection.link;
  log.warn({ event, reason, peer: peerName(connection), link, remedy, ...leftOut }, message);
}

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
 * Asks for a line about the peer of a connection. A user is one peer from however many addresses: another one costs next to nothing.
 * @param isItsOwn - whether what it is about is the peer's own doing: what many cause together has a hundred lines a second for all
 */
export function lineAbout(
  { server, source, users }: SipConnection,
  limit: RefusalLimit,
  isItsOwn = true,
): LeftOut | undefined {
  const [user] = users.keys();
  const name = server ?? user;
  return limit.line({ name, address: source?.address, admitted: isItsOwn && name !== undefined });
}
