import { createResponse, type SipRequest, type SipResponse } from '@entente/sip';
import { Call } from './call.ts';
import { checkPlacedCall } from './check-parts.ts';
import { InviteAnswers } from './invite-answers.ts';
import type { Line } from './line.ts';
import type { SessionBody } from './session-body.ts';
import { tellApplication } from './tell-application.ts';

/** How an INVITE came out. */
export type CallOutcome =
  | { readonly ok: true; readonly call: Call; readonly response: SipResponse }
  | { readonly ok: false; readonly response: SipResponse };

/** How a call is made. */
export interface CallOptions {
  /** Hears of ringing. */
  readonly onProvisional?: (response: SipResponse) => void;
  /**
   * Gives the call up: the outcome is a 487, also where the callee answers at the same moment; that call is ended at once (RFC 3261 §9.1 and
   * §15). Nothing is sent where it is aborted already.
   */
  readonly signal?: AbortSignal;
  /** Hops that the INVITE may take, 0 to 255; default 70 (RFC 3261 §8.1.1.6). */
  readonly maxForwards?: number;
}

/**
 * Sends an INVITE and makes a call of the first 2xx; those of other devices are acknowledged and ended.
 * @param line - over which
 * @param build - creates the INVITE for each attempt
 * @param offer - its body
 * @param options - who hears of it, and what gives it up
 * @param next - waits until it may be sent; what it throws once the call is given up does not count. Default `line.next`
 * @throws SipArgumentError where one of them is missing, misspelt or of another kind
 * @see RFC 3261 §13.2
 */
export async function placeCall(
  line: Line,
  build: () => SipRequest,
  offer: SessionBody,
  options: CallOptions,
  next?: Line['next'],
): Promise<CallOutcome> {
  checkPlacedCall(line, build, offer, options);
  const { onProvisional, signal } = options;
  if (isAborted(signal)) return givenUp(build());
  const session = await (next ?? line.next)().catch((error: unknown) => {
    if (isAborted(signal)) return undefined;
    throw error;
  });
  if (session === undefined) return givenUp(build());
  const answers = new InviteAnswers(session);
  let sent: SipRequest | undefined;
  const { request, response } = await session.ask(build, {
    ...options,
    onProvisional: (response) => tellApplication(() => onProvisional?.(response), line.onFault),
    onSent: (invite) => {
      sent = invite;
    },
    onFurtherSuccess: (further) => answers.end(sent as SipRequest, further),
  });
  if (response.status >= 300) return { ok: false, response };
  if (isAborted(signal)) {
    answers.end(request, response);
    return givenUp(request);
  }
  const dialog = answers.acknowledge(request, response);
  if (dialog === undefined) return { ok: false, response };
  const call = new Call({ session, line, dialog, localBody: offer, remoteBody: response.bodyText });
  return { ok: true, call, response };
}

/** As a call that was cancelled comes out. */
function givenUp(invite: SipRequest): CallOutcome {
  return { ok: false, response: createResponse(invite, 487) };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
