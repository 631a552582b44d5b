import { DialogFault, type SipRequest, type SipResponse } from '@entente/sip';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { CallOptions, CallOutcome } from './outgoing-call.ts';
import { type SessionBody, sessionAgain } from './session-body.ts';

/** How a bridged call came out. */
export type BridgeOutcome =
  | {
      readonly ok: true;
      /** The dialog with the one that called here. */
      readonly caller: Call;
      /** The dialog with the one that was called from here. */
      readonly callee: Call;
    }
  | {
      readonly ok: false;
      /** What the caller was answered; 487 where it gave up. */
      readonly status: number;
      /** What was thrown where the other one could not be called. */
      readonly cause?: unknown;
    };

/** A call that rings here, as {@link bridge} uses it. */
export interface RingingLeg {
  readonly request: SipRequest;
  /** Aborted when the caller gives up. */
  readonly signal: AbortSignal;
  /** Passes a provisional response of the callee on. */
  progress(response: SipResponse): void;
  /** Passes a 2xx of the callee on; undefined where the caller has given up. */
  accept(response: SipResponse): Call | undefined;
  reject(status: number): void;
}

/** Calls somebody; `call` of a user agent does. */
export type PlaceCall = (to: string, offer: SessionBody, options: CallOptions) => Promise<CallOutcome>;

const defaultHops = 70;
/** Requests that change nothing of the call, and pass with their body. */
const passing: ReadonlySet<string> = new Set(['INFO', 'MESSAGE']);
/** Fields that say what the body of such a request is for (RFC 6086 §7.1, RFC 3261 §20.11). */
const fieldsOfBody = ['Info-Package', 'Content-Disposition'];

/**
 * Calls somebody for a caller, and joins both calls: a back-to-back user agent.
 * @param leg - the call that rings here
 * @param to - who is called
 * @param place - calls them
 * @see RFC 3261 §6 and §12, RFC 7332 §4
 */
export async function bridge(leg: RingingLeg, to: string, place: PlaceCall): Promise<BridgeOutcome> {
  const { request, signal } = leg;
  const refuse = (status: number, cause?: unknown): BridgeOutcome => {
    if (!signal.aborted) leg.reject(status);
    return { ok: false, status: signal.aborted ? 487 : status, ...(cause !== undefined && { cause }) };
  };
  // Each bridge counts as a hop, so that two that lead to each other end (RFC 7332 §4.1).
  const hops = request.maxForwards ?? defaultHops;
  if (hops === 0) return refuse(483);
  if (request.bodyLength === 0) return refuse(488);
  const offer = bodyOf(request);
  let outcome: CallOutcome;
  try {
    outcome = await place(to, offer, {
      signal,
      maxForwards: hops - 1,
      onProvisional: (response) => {
        if (!signal.aborted) leg.progress(response);
      },
    });
  } catch (error) {
    return refuse(statusOf(error), error);
  }
  if (!outcome.ok) return refuse(passedOn(outcome.response.status));
  const { call: callee, response } = outcome;
  const caller = leg.accept(response);
  if (caller === undefined) {
    await callee.hangUp().catch(() => {});
    return { ok: false, status: 487 };
  }
  pass(caller, callee);
  pass(callee, caller);
  return { ok: true, caller, callee };
}

/** What one side sends, the other one gets; where one ends, the other one is hung up on. */
function pass(from: Call, to: Call): void {
  from.onRequest = (request, signal) => handOn(request, to, signal);
  // It may be ended already.
  void from.ended.then(() => to.hangUp().catch(() => {}));
}

function handOn(request: SipRequest, to: Call, signal: AbortSignal): Promise<Answer> | Answer | undefined {
  const { method } = request;
  if (method === 'INVITE' || method === 'UPDATE') {
    // An INVITE that wants an offer would get one that the other side has not made.
    if (request.bodyLength === 0) return { status: method === 'UPDATE' ? 200 : 488 };
    return change(method, bodyOf(request), to, signal);
  }
  if (!passing.has(method)) return undefined;
  const headers = fieldsOfBody.flatMap((name) =>
    request.all(name).map((value): readonly [string, string] => [name, value]),
  );
  const body = request.bodyLength > 0 ? bodyOf(request) : {};
  return to.request(method, { headers, ...body }).then(answerFrom, answerFor);
}

async function change(
  method: 'INVITE' | 'UPDATE',
  offer: SessionBody,
  to: Call,
  signal: AbortSignal,
): Promise<Answer> {
  const before = to.localBody;
  try {
    const response = await (method === 'INVITE' ? to.reinvite(offer, { signal }) : to.update(offer));
    // The CANCEL came too late there: the one that sent it has the session as it was.
    if (signal.aborted && response.status < 300) await to.reinvite(sessionAgain(before, to.localBody));
    return answerFrom(response);
  } catch (error) {
    return answerFor(error);
  }
}

function answerFrom(response: SipResponse): Answer {
  const status = passedOn(response.status);
  return response.bodyLength > 0 && status < 300 ? { status, ...bodyOf(response) } : { status };
}

function answerFor(error: unknown): Answer {
  // A change of the other side is under way (RFC 3261 §14.2), or its call has just ended.
  return { status: error instanceof DialogFault ? 491 : statusOf(error) };
}

/**
 * What is answered for a response of the other side: a challenge and another address are for us alone, and a server that is not available
 * there says nothing about us (RFC 3261 §16.7 step 6).
 */
function passedOn(status: number): number {
  if (status === 401 || status === 407) return 403;
  if (status >= 300 && status < 400) return 480;
  return status === 503 ? 500 : status;
}

function statusOf(error: unknown): number {
  return (error as { readonly code?: unknown }).code === 'ENTENTE_SIP_TIMEOUT' ? 408 : 500;
}

/** The body of a message with its type. */
export function bodyOf({ bodyText, contentType }: SipRequest | SipResponse): SessionBody {
  return { contentType: contentType ?? 'application/sdp', body: bodyText };
}
