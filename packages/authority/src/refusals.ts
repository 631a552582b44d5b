import { alarmingReasons, type Problem, plainRefusal, problemResponse } from '@entente/pki';
import { type ConnectionRefusal, type Log, logRefusal } from '@entente/tls';
import { type LeftOut, RefusalLimit } from '@entente/tls/internal';
import { links } from '@entente/topology';
import type { AuditLog } from './audit/audit-log.ts';
import type { Caller } from './caller.ts';
import { faultFields, mayPass } from './fault-fields.ts';

/** Names of the listener's links: rows of the allow matrix. */
export const linkNames = {
  member: links.memberToAuthority.name,
  administrator: links.administratorToAuthority.name,
} as const;

/**
 * Logs refusals, one line each with reason, peer, link and remedy, within the bounds of `RefusalLimit` of `@entente/tls`:
 * requests and connections of one peer share its lines.
 */
export interface RefusalLog {
  /**
   * Logs a request that was refused.
   * @returns the answer to it: with reason and remedy for a member or an administrator, plain for a caller that has proven nothing
   */
  request(problem: Problem, caller: Caller): Response;
  /** The same as `request`, always with a line: for a refusal of which its caller sees that there are few. */
  once(problem: Problem, caller: Caller): Response;
  /** The same as `request` without a line, for a refusal that has been logged. */
  again(problem: Problem, caller: Caller): Response;
  /**
   * Logs a fault of the authority, within the same bounds: one that anybody can cause again and again fills no disk. A fault that passes
   * has no stack. A client that has left before its request was whole is not a fault of the authority, and has a line for those who debug.
   * @returns an answer that does not describe it
   */
  fault(fault: Error, caller: Caller): Response;
  /** The same as `request` without an answer. */
  note(problem: Omit<Problem, 'status'>, caller: Caller): void;
  /** Logs a connection that was refused, or that no longer passes the verdict. */
  connection(refusal: ConnectionRefusal): void;
}

/**
 * Creates the log of refusals.
 * @param log - receives the lines
 * @param now - milliseconds since the epoch; default: the clock of the machine
 * @param audit - records the refusals of callers that have proven a name, within bounds of its own; default none
 */
export function createRefusalLog(
  log: Log,
  now: () => number = Date.now,
  audit?: Pick<AuditLog, 'refused'>,
): RefusalLog {
  const limit = new RefusalLimit(now);
  // Who sends half a request and leaves hides no refusal by it.
  const left = new RefusalLimit(now);
  const write = (
    { reason, message, remedy }: Omit<Problem, 'status'>,
    caller: Caller,
    more: object,
  ): void => {
    const link = caller.kind === 'administrator' ? linkNames.administrator : linkNames.member;
    const fields = { event: 'refused', reason, ...peerFields(caller), link, remedy, ...more };
    if (alarmingReasons.has(reason)) log.error(fields, message);
    else log.warn(fields, message);
  };
  const lineFor = (caller: Caller, of = limit): LeftOut | undefined =>
    caller.kind === 'nobody'
      ? of.line({ address: caller.address, admitted: false })
      : of.line({ name: nameOf(caller), admitted: true });
  // The audit trail has bounds of its own: it says what was refused also where the log leaves out lines.
  const note: RefusalLog['note'] = (problem, caller) => {
    audit?.refused(problem, caller);
    const leftOut = lineFor(caller);
    if (leftOut !== undefined) write(problem, caller, leftOut);
  };
  const again: RefusalLog['again'] = (problem, caller) =>
    caller.kind === 'nobody'
      ? plainRefusal(problem.status, problem.retryAfterSeconds)
      : problemResponse(problem);
  return {
    note,
    again,
    once(problem, caller) {
      audit?.refused(problem, caller);
      write(problem, caller, {});
      return again(problem, caller);
    },
    request(problem, caller) {
      note(problem, caller);
      return again(problem, caller);
    },
    fault(fault, caller) {
      if ((fault as { code?: unknown }).code === 'ENTENTE_PKI_CLIENT_LEFT') {
        const leftOut = lineFor(caller, left);
        if (leftOut !== undefined)
          log.debug({ event: 'left', ...peerFields(caller), ...leftOut }, fault.message);
        // It is not there to read it.
        return plainRefusal(400);
      }
      const leftOut = lineFor(caller);
      if (leftOut !== undefined)
        log.error(
          { event: 'fault', ...faultFields(fault), ...leftOut },
          `a request failed: ${fault.message}`,
        );
      return again(problemOfFault(fault), caller);
    },
    connection: logRefusal(log, limit),
  };
}

const retryAfterSeconds = 30;

/** The answer to a fault: one that passes is said to pass, and what failed; of any other nothing is told but that it happened. */
function problemOfFault(fault: Error): Problem {
  const { code, remedy } = fault as Error & { readonly code?: unknown; readonly remedy?: string };
  if (code === 'ENTENTE_ACCOUNTS_UNAVAILABLE') {
    return {
      reason: 'storage-unavailable',
      message: `the authority cannot read or change the accounts now: ${fault.message}`,
      remedy: `${remedy ?? 'see GET /healthz of the authority'}; then send the request again`,
      status: 503,
      retryAfterSeconds,
    };
  }
  if (mayPass(fault)) {
    return {
      reason: 'storage-unavailable',
      message: `the authority cannot record anything now: ${fault.message}`,
      remedy: 'see GET /healthz of the authority, free space on its disk, then send the request again',
      status: 503,
      retryAfterSeconds,
    };
  }
  return {
    reason: 'fault',
    message: 'the authority failed to process the request',
    remedy: 'see the log of the authority, then try again',
    status: 500,
  };
}

function peerFields(caller: Caller): object {
  if (caller.kind !== 'nobody') return { peer: nameOf(caller) };
  const { address, claimed } = caller;
  return { peer: claimed ?? 'unknown', from: address };
}

/** A caller by the name that it has proven; an address where it has proven none. */
export function nameOf(caller: Caller): string {
  if (caller.kind === 'nobody') return caller.address;
  return caller.kind === 'server' ? caller.server : `administrator ${caller.name}`;
}
