import { type Dialog, dialogOfResponse, edit, type SipRequest, type SipResponse } from '@entente/sip';
import type { UserSession } from './user-agent-session.ts';

/**
 * The 2xx responses to one INVITE. A proxy may have forked it: several devices may answer, and each answers again until it has its
 * ACK. Every one is acknowledged; the first makes the call, and the dialogs of the others are ended with BYE.
 * @see RFC 3261 §13.2.2.4
 */
export class InviteAnswers {
  readonly #session: UserSession;
  /** The ACK of each device that has answered, by its tag. */
  readonly #acks = new Map<string, SipRequest>();

  /** @param session - on which the INVITE was sent */
  constructor(session: UserSession) {
    this.#session = session;
  }

  /**
   * Acknowledges a 2xx.
   * @param invite - as sent
   * @param response - a 2xx to it
   * @returns the dialog, where the response is the first of its device
   */
  acknowledge(invite: SipRequest, response: SipResponse): Dialog | undefined {
    const tag = response.to.tag ?? '';
    const sent = this.#acks.get(tag);
    if (sent !== undefined) {
      sendAck(this.#session, sent);
      return undefined;
    }
    const established = dialogOfResponse(invite, response, true);
    if (!established.ok) return undefined;
    const ack = ackFor(invite, established.dialog);
    this.#acks.set(tag, ack);
    sendAck(this.#session, ack);
    return established.dialog;
  }

  /**
   * A 2xx that makes no call: it came after the first, or too late. Acknowledged, and ended where it is the first of its device.
   * @param invite - as sent
   * @param response - a 2xx to it
   */
  end(invite: SipRequest, response: SipResponse): void {
    const dialog = this.acknowledge(invite, response);
    if (dialog === undefined) return;
    // That device may be gone by now; there is nobody to tell.
    this.#session
      .ask(() => dialog.createRequest('BYE'))
      .catch(() => {})
      .finally(() => dialog.terminate());
  }
}

/**
 * The ACK for a 2xx: in its dialog, with the number and the credentials of the INVITE.
 * @param invite - as sent
 * @param dialog - that the 2xx has established, or that the INVITE was sent in
 * @see RFC 3261 §13.2.2.4
 */
export function ackFor(invite: SipRequest, dialog: Dialog): SipRequest {
  const editor = edit(dialog.createAck(invite.cseq.sequence));
  for (const name of ['Authorization', 'Proxy-Authorization'])
    for (const value of invite.all(name)) editor.append(name, value);
  return editor.toMessage();
}

/**
 * Sends an ACK, each time with a new Via: it belongs to no transaction.
 * @param session - on which the INVITE was sent
 * @param ack - from {@link ackFor}
 */
export function sendAck({ connection, endpoint }: UserSession, ack: SipRequest): void {
  endpoint.sendAck(edit(ack).prepend('Via', endpoint.via(connection)).toMessage(), connection);
}
