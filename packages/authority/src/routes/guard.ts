import { type Problem, refuse } from '@entente/pki';
import type { Topology } from '@entente/topology';
import { administratorProblem } from '../administrators.ts';
import type { Caller } from '../caller.ts';
import { type CallerTurns, tooManyWaiting } from '../limits/caller-turns.ts';
import type { Limited, RequestLimits } from '../limits/request-limits.ts';
import type { RefusalLog } from '../refusals.ts';

/**
 * Who may ask for a resource. A `publisher` is an administrator; before there is a topology, everybody with the certificate of one, because
 * a first topology proves itself by its signatures.
 */
export type Guarded = 'member' | 'administrator' | 'publisher';

/** Refuses callers that may not ask. */
export type Guard = (who: Guarded, caller: Caller) => Response | undefined;

/**
 * @param refusals - logs each refusal
 * @param fqdn - of this authority
 * @param topology - the one in force
 * @returns answers with the refusal of a caller, or with nothing where it may ask
 */
export function guardBy(refusals: RefusalLog, fqdn: string, topology: () => Topology | undefined): Guard {
  return (who, caller) => {
    const problem = problemOf(who, caller, fqdn, topology());
    return problem === undefined ? undefined : refusals.request(problem, caller);
  };
}

/** Refuses a request that is one too many. */
export type LimitedBy = (what: Limited, caller: Caller) => Response | undefined;

/**
 * Bounds how often a caller may ask.
 * @param limits - count the requests
 * @param refusals - logs the first refusal of a time, not each
 */
export function limitBy(limits: RequestLimits, refusals: RefusalLog): LimitedBy {
  return (what, caller) => {
    const tooMany = limits.count(what, caller);
    if (tooMany === undefined) return undefined;
    const { isFirst, problem } = tooMany;
    return isFirst ? refusals.once(problem, caller) : refusals.again(problem, caller);
  };
}

/** Answers a request when the turn of its caller has come. */
export type InTurn = (caller: Caller, answer: () => Promise<Response>) => Promise<Response>;

/**
 * Lets callers take turns.
 * @param turns - bounds how much is done at once
 * @param refusals - logs a request that may not even wait
 */
export function inTurnBy(turns: CallerTurns, refusals: RefusalLog): InTurn {
  return async (caller, answer) => turns.take(caller, answer) ?? refusals.request(tooManyWaiting, caller);
}

function problemOf(
  who: Guarded,
  caller: Caller,
  fqdn: string,
  topology: Topology | undefined,
): Problem | undefined {
  switch (caller.kind) {
    case 'nobody':
      return refuse(
        'no-certificate',
        'expected a client certificate, found none',
        'connect with the certificate of a member',
      );
    case 'server':
      if (who === 'member') return undefined;
      return {
        reason: 'role-not-allowed-on-link',
        message: `expected an administrator, found the server ${caller.server}`,
        remedy: 'use the client certificate of an administrator',
        status: 403,
      };
    case 'administrator':
      if (topology === undefined) return who === 'administrator' ? noTopologyYet : undefined;
      // The connection is closed too; a request that was under way does not outlive it.
      return administratorProblem(topology, fqdn, caller.name);
  }
}

const noTopologyYet = refuse(
  'not-in-topology',
  'no topology has been published yet, so no administrator is known',
  'publish the first topology with entente topology publish',
);
