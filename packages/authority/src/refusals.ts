import { type Problem, problemResponse } from '@entente/pki';
import type { ConnectionRefusal } from '@entente/tls';
import { links } from '@entente/topology';
import type { Caller } from './caller.ts';
import type { AuthorityLog } from './settings.ts';

/** What the listener's links are called: rows of the allow matrix. */
export const linkNames = {
  member: links.memberToAuthority.name,
  administrator: links.administratorToAuthority.name,
} as const;

/** Writes one line for each refusal: reason, peer, link, remedy. */
export interface RefusalLog {
  /** A request that was refused; answers it. */
  request(problem: Problem, caller: Caller): Response;
  /** A fault of ours; answers without telling what it was. */
  fault(fault: Error): Response;
  /** The same as `request` without an answer. */
  note(problem: Omit<Problem, 'status'>, caller: Caller): void;
  /** A connection that was refused, or that no longer passes. */
  connection(refusal: ConnectionRefusal): void;
}

/**
 * Makes the log of refusals.
 * @param log where the lines go
 */
export function createRefusalLog(log: AuthorityLog): RefusalLog {
  const note: RefusalLog['note'] = ({ reason, message, remedy }, caller) => {
    const link = caller.kind === 'administrator' ? linkNames.administrator : linkNames.member;
    log.warn({ reason, peer: nameOf(caller), link, remedy }, message);
  };
  return {
    note,
    request(problem, caller) {
      note(problem, caller);
      return problemResponse(problem);
    },
    fault(fault) {
      log.error(
        { err: fault, code: (fault as { code?: unknown }).code },
        `a request failed: ${fault.message}`,
      );
      const message = 'the authority could not do this now';
      return problemResponse({
        reason: 'fault',
        message,
        remedy: 'see its log, then try again',
        status: 500,
      });
    },
    connection({ rejection, peer, link, when, remoteAddress, remotePort }) {
      const fields = {
        reason: rejection.reason,
        peer: peer?.server ?? peer?.dnsNames[0] ?? peer?.uris[0] ?? peer?.subject ?? 'unknown',
        link: link.name,
        remedy: rejection.remedy,
        when,
        from: `${remoteAddress ?? '?'}:${remotePort ?? '?'}`,
      };
      log.warn(fields, rejection.message);
    },
  };
}

function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case 'server':
      return caller.server;
    case 'administrator':
      return `administrator ${caller.name}`;
    case 'nobody':
      return caller.claimed ?? 'unknown';
  }
}
