import type { SipRequest } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import { isTrustError, type Log } from '@entente/tls';
import { type RefusalLimit, shortText } from '@entente/tls/internal';
import type { NotSent } from '../relay/link-not-allowed.ts';
import { callIdOf, methodOf, nameForLog } from './connection-log.ts';

/** A request that did not get to its next hop, or got no answer from it. */
export interface UnreachableHop {
  /** Name of the server or domain. */
  readonly name: string;
  /** Where it was to go, if that was decided. */
  readonly hop: NextHop | undefined;
  /** What it failed of. */
  readonly error: unknown;
  /** As it arrived; undefined for an ACK. */
  readonly request?: SipRequest | undefined;
}

/**
 * Logs that a request did not get to its next hop, with its Call-ID: its sender hears no more than 408, 500 or 504. The limit bounds the lines
 * about each server; a line has the number of those before it that got none.
 * @param log - where the line goes
 * @param limit - of lines about a server
 * @param unreachable - the request, and what it failed of
 */
export function logUnreachable(
  log: Log,
  limit: RefusalLimit,
  { error, hop, name, request }: UnreachableHop,
): void {
  const of = request === undefined ? {} : { method: methodOf(request), callId: callIdOf(request) };
  const { cause, message, remedy: toDo } = error as Error & { readonly remedy?: string };
  // One that refuses or is refused is left alone for a while: that is no other matter than the refusal.
  const refusal = isTrustError(error) ? error : cause;
  if (!isTrustError(refusal)) {
    const whatToDo = toDo === undefined ? {} : { remedy: toDo };
    warn(log, limit, { event: 'unreachable', peer: name, ...of, ...whatToDo }, message);
    return;
  }
  const { reason, remedy } = refusal.rejection;
  // What a verdict has refused was logged with its evidence where the verdict was given.
  warn(log, limit, { event: 'refused', reason, peer: name, link: hop?.link.name, ...of, remedy }, message);
}

/**
 * Logs that the topology lets this server not send a request on, within the same limit.
 * @param log - where the line goes
 * @param limit - of lines about a server
 * @param name - of the server or domain that it is for
 * @param refused - why
 * @param request - as it arrived
 */
export function logNotSent(
  log: Log,
  limit: RefusalLimit,
  name: string,
  { link, message, reason, remedy, status }: NotSent,
  request: SipRequest,
): void {
  const of = { method: methodOf(request), callId: callIdOf(request) };
  warn(log, limit, { event: 'refused', reason, peer: name, link, status, ...of, remedy }, message);
}

function warn(
  log: Log,
  limit: RefusalLimit,
  fields: Readonly<Record<string, unknown>> & { readonly event: string; readonly peer: string },
  message: string,
): void {
  // A device is called by its address, as it has written it; the limit remembers the names of many.
  const peer = nameForLog(fields.peer);
  const leftOut = limit.line({ name: peer, address: undefined, admitted: true });
  if (leftOut === undefined) return;
  const { event, ...others } = fields;
  log.warn({ event, ...others, peer, ...leftOut }, shortText(message));
}
