import { createResponse, dialogOfRequest, type SipRequest } from '@entente/sip';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { Call } from './call.ts';
import type { Line } from './line.ts';
import type { SessionBody } from './session-body.ts';
import type { UserSession } from './user-agent-session.ts';

/** What a {@link IncomingCall} is made of. */
export interface IncomingCallParts {
  readonly session: UserSession;
  readonly line: Line;
  /** Methods that this side understands. */
  readonly allow: string;
  readonly accepted: (call: Call) => void;
}

/** A call that rings here. */
export class IncomingCall {
  readonly request: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #parts: IncomingCallParts;
  readonly #localTag: string;
  readonly #contact: string;
  #cancelled: (() => void) | undefined;

  /**
   * @param transaction - of the INVITE
   * @param parts - where it came from, and who hears that it was accepted
   */
  constructor(transaction: ServerTransaction, parts: IncomingCallParts) {
    this.request = transaction.request;
    this.#transaction = transaction;
    this.#parts = parts;
    this.#contact = parts.line.contactFor(transaction.request.uriText);
    this.#localTag = parts.session.endpoint.newToken();
    transaction.context.user = {
      onCancel: () => {
        this.#transaction.respond(createResponse(this.request, 487, undefined, { toTag: this.#localTag }));
        this.#cancelled?.();
      },
    };
  }

  /** Called if the caller gives up before the call is accepted. */
  onCancelled(listener: () => void): void {
    this.#cancelled = listener;
  }

  /** Answers 180. */
  ring(): void {
    this.#transaction.respond(
      createResponse(this.request, 180, undefined, { toTag: this.#localTag, contact: this.#contact }),
    );
  }

  /** Answers with a failure, 300 to 699. */
  reject(status: number): void {
    this.#transaction.respond(createResponse(this.request, status, undefined, { toTag: this.#localTag }));
  }

  /**
   * Answers 200 and repeats it until the ACK comes.
   * @param answer - body of the 200
   * @returns undefined where the caller has given up meanwhile
   * @see RFC 3261 §13.3.1.4
   */
  accept(answer: SessionBody): Call | undefined {
    const dialog = dialogOfRequest(this.request, { status: 200, localTag: this.#localTag }, true);
    if (!dialog.ok) {
      this.reject(400);
      return undefined;
    }
    const { accepted, allow, line, session } = this.#parts;
    // The body goes with the answer.
    const remoteBody = this.request.bodyText;
    const response = createResponse(this.request, 200, undefined, {
      toTag: this.#localTag,
      contact: this.#contact,
      headers: { Allow: allow },
      contentType: answer.contentType,
      body: answer.body,
    });
    if (!this.#transaction.respond(response)) return undefined;
    const call = new Call({ session, line, dialog: dialog.dialog, localBody: answer, remoteBody });
    accepted(call);
    call.accepted(this.#transaction, response);
    return call;
  }
}
