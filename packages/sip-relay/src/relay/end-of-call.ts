import { Dialog, dialogOfResponse, type SipRequest, type SipResponse } from '@entente/sip';

/** What ends a call that was answered, without our Via. */
export interface EndOfCall {
  /** Without it the called side would answer again and again (RFC 3261 §13.3.1.4). */
  readonly ack: SipRequest;
  readonly bye: SipRequest;
}

/** An INVITE that was sent on. */
export interface SentInvite {
  /** As we have sent it on, or as it has come: both name the same dialog. */
  readonly invite: SipRequest;
  /** Values of Record-Route that it had when it left, ours included. */
  readonly recorded: number;
}

/**
 * The ACK and the BYE that end a call at the side that has answered it, as its caller would send them. Their route is the part of the
 * dialog's route set that is behind us. An answer whose Contact or Record-Route cannot be read gets them as the INVITE went.
 *
 * @param sent - the INVITE
 * @param answer - a 2xx to it, as received
 * @see RFC 3261 §13.2.2.4, §15
 */
export function endOfCall({ invite, recorded }: SentInvite, answer: SipResponse): EndOfCall {
  const established = dialogOfResponse(invite, answer, true);
  const isNew = invite.to.tag === undefined;
  const sequence = invite.cseq.sequence;
  const dialog = new Dialog({
    role: 'uac',
    state: 'confirmed',
    callId: invite.callId,
    localTag: invite.from.tag ?? '',
    remoteTag: answer.to.tag ?? '',
    localUri: invite.from.uri,
    remoteUri: invite.to.uri,
    remoteTarget: established.ok ? established.dialog.remoteTarget : invite.uri,
    // Everybody up to us recorded a route before the INVITE left; in a dialog the INVITE has the route already.
    routeSet: isNew && established.ok ? established.dialog.routeSet.slice(recorded) : invite.routes,
    localSequence: sequence,
    remoteSequence: undefined,
    secure: false,
  });
  return { ack: dialog.createAck(sequence), bye: dialog.createBye() };
}

/** Values of Record-Route in an INVITE as we send it on. */
export function recordedIn(invite: SipRequest): number {
  return invite.values('Record-Route').length;
}
