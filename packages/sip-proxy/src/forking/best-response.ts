import { createResponse, type MessageEditor, type SipRequest, type SipResponse } from '@entente/sip';
import { isAboutSips, type RequestRefusal } from '../request/refusal.ts';
import { forwardResponse } from '../route/forward.ts';

/** A final result of one branch: what came back, or only a status where nothing came. */
export interface Candidate {
  /** Final status of the branch, 300 to 699. */
  readonly status: number;
  /** undefined: made by this server, for instance because the next hop could not be reached. */
  readonly response: SipResponse | undefined;
  /** Of a response that this server makes. */
  readonly headers?: RequestRefusal['headers'] | undefined;
}

/** Warnings of one response that are looked at. */
const maxWarnings = 16;
/** 4xx that tell the sender how to try again, in the order of their use (RFC 3261 §16.7 step 6). */
const informative = [401, 407, 415, 420, 484];
/** 4xx that say least: nobody there, nobody answered. */
const uninformative = [408, 430, 480, 487];

/**
 * Chooses the best final response: any 6xx, else the lowest class; among 4xx those that help to try again, and last those
 * that say least.
 * @param candidates - none of them 2xx
 * @param method - of the request: where it is not INVITE, 408 comes last, for it says nothing and may not be sent (RFC 4320 §4.2)
 * @returns undefined where there is none
 * @see RFC 3261 §16.7 step 6
 */
export function bestCandidate(candidates: readonly Candidate[], method: string): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || rank(candidate, method) < rank(best, method)) best = candidate;
  }
  return best;
}

function rank({ response, status }: Candidate, method: string): number {
  if (status === 408 && method !== 'INVITE') return Number.MAX_SAFE_INTEGER;
  if (status >= 600) return 0;
  const base = Math.floor(status / 100) * 100;
  if (status >= 500) return base + (status === 503 ? 1 : 0);
  const helpful = informative.indexOf(status);
  if (helpful !== -1) return base + helpful;
  return base + (uninformative.includes(status) && !asksForOtherScheme(status, response) ? 20 : 10);
}

/** A 480 that says which scheme would reach the user tells the sender how to try again (RFC 5630 §5.3). */
function asksForOtherScheme(status: number, response: SipResponse | undefined): boolean {
  return status === 480 && response?.values('Warning').slice(0, maxWarnings).some(isAboutSips) === true;
}

/**
 * The final response to send upstream for the best candidate: without our Via, a 503 turned into 500, all challenges
 * gathered in a 401 or 407.
 * @param request - the request as received
 * @param best - from {@link bestCandidate}
 * @param candidates - all of them
 * @param newTag - for a response made here
 * @returns undefined where none may be sent: 408 for anything but INVITE (RFC 4320 §4.2)
 * @see RFC 3261 §16.7 steps 6 and 7, RFC 8760 §2.5
 */
export function finalResponse(
  request: SipRequest,
  best: Candidate,
  candidates: readonly Candidate[],
  newTag: () => string,
): SipResponse | undefined {
  if (best.status === 408 && request.method !== 'INVITE') return undefined;
  if (best.response === undefined || best.status === 503) {
    const status = best.status === 503 ? 500 : best.status;
    return createResponse(request, status, undefined, { toTag: newTag(), headers: best.headers ?? [] });
  }
  const challenged = best.status === 401 || best.status === 407;
  return forwardResponse(best.response, request, (editor) => {
    if (challenged) gatherChallenges(editor, best, candidates);
  });
}

function gatherChallenges(
  editor: MessageEditor<SipResponse>,
  best: Candidate,
  candidates: readonly Candidate[],
): void {
  for (const other of candidates) {
    if (other === best || other.response === undefined || (other.status !== 401 && other.status !== 407))
      continue;
    for (const name of ['WWW-Authenticate', 'Proxy-Authenticate']) {
      for (const value of other.response.all(name)) editor.append(name, value);
    }
  }
}
