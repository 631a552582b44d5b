import { alarmingReasons, type Problem, plainRefusal, problemResponse } from '@entente/pki';
import { type ConnectionRefusal, type Log, logRefusal, RefusalLimit } from '@entente/tls';
import { links } from '@entente/topology';
import type { Caller } from './caller.ts';

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
  /**
   * Logs a fault of the authority.
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
 */
export function createRefusalLog(log: Log, now: () => number = Date.now): RefusalLog {
  const limit = new RefusalLimit(now);
  const note: RefusalLog['note'] = ({ reason, message, remedy }, caller) => {
    const leftOut =
      caller.kind === 'nobody'
        ? limit.line({ address: caller.address, admitted: false })
        : limit.line({ name: nameOf(caller), admitted: true });
    if (leftOut === undefined) return;
    const link = caller.kind === 'administrator' ? linkNames.administrator : linkNames.member;
    const fields = { event: 'refused', reason, ...peerFields(caller), link, remedy, ...leftOut };
    if (alarmingReasons.has(reason)) log.error(fields, message);
    else log.warn(fields, message);
  };
  return {
    note,
    request(problem, caller) {
      note(problem, caller);
      return caller.kind === 'nobody' ? plainRefusal(problem.status) : problemResponse(problem);
    },
    fault(fault, caller) {
      log.error(
        { event: 'fault', err: fault, code: (fault as { code?: unknown }).code },
        `a request failed: ${fault.message}`,
      );
      if (caller.kind === 'nobody') return plainRefusal(500);
      const message = 'the authority failed to process the request';
      return problemResponse({
        reason: 'fault',
        message,
        remedy: 'see the log of the authority, then try again',
        status: 500,
      });
    },
    connection: logRefusal(log, limit),
  };
}

function peerFields(caller: Caller): object {
  if (caller.kind !== 'nobody') return { peer: nameOf(caller) };
  const { address, claimed } = caller;
  return { peer: claimed ?? 'unknown', from: address };
}

function nameOf(caller: Exclude<Caller, { kind: 'nobody' }>): string {
  return caller.kind === 'server' ? caller.server : `administrator ${caller.name}`;
}
