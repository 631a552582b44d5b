import {
  createResponse,
  type Dialog,
  dialogOfRequest,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import type { InviteAnswers } from './invite-answers.ts';
import type { UserSession } from './user-agent-session.ts';

/** Body of an INVITE or its answer. */
export interface SessionBody {
  readonly contentType: string;
  readonly body: string;
}

/** A call that is established; both sides have it. */
export class Call {
  readonly dialog: Dialog;
  /** Body that the other side sent: the answer for the caller, the offer for the called. */
  readonly remoteBody: string;
  /** Settles when the call has ended, by either side. */
  readonly ended: Promise<'local' | 'remote' | 'lost'>;
  #session: UserSession;
  readonly #settle: (by: 'local' | 'remote' | 'lost') => void;

  constructor(session: UserSession, dialog: Dialog, remoteBody: string) {
    this.#session = session;
    this.dialog = dialog;
    this.remoteBody = remoteBody;
    let settle: (by: 'local' | 'remote' | 'lost') => void = () => {};
    this.ended = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
  }

  /** The connection that its requests go over: another one once the user agent had to connect again. */
  get connection(): SipConnection {
    return this.#session.connection;
  }

  /**
   * Ends the call with BYE.
   * @returns the answer to the BYE
   * @throws NoAnswerError if none comes; the call has ended all the same
   */
  async hangUp(): Promise<SipResponse> {
    try {
      // A server outside may challenge the BYE too: it is built again, with the next number, for the answer.
      const { response } = await this.#session.ask(() => this.dialog.createRequest('BYE'));
      return response;
    } finally {
      this.dialog.terminate();
      this.#settle('local');
    }
  }

  /** A request arrived in the dialog of this call. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const verdict = this.dialog.receiveRequest(request);
    const answer = (status: number) => {
      transaction.respond(createResponse(request, status));
      this.dialog.requestAnswered(request, status);
    };
    if (!verdict.ok) answer(verdict.status);
    else if (request.method === 'BYE') {
      answer(200);
      this.#settle('remote');
    } else if (request.method === 'INFO' || request.method === 'OPTIONS') answer(200);
    else answer(request.method === 'INVITE' || request.method === 'UPDATE' ? 488 : 405);
  }

  /** The user agent has connected again. */
  moved(session: UserSession): void {
    this.#session = session;
  }

  /** The connection broke, and no other takes its place. */
  lost(): void {
    this.dialog.terminate();
    this.#settle('lost');
  }
}

/** A call that rings here. */
export class IncomingCall {
  readonly request: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #session: UserSession;
  readonly #localTag: string;
  readonly #contact: string;
  readonly #accepted: (call: Call) => void;
  #repeat: ReturnType<typeof setTimeout> | undefined;
  #cancelled: (() => void) | undefined;

  constructor(
    transaction: ServerTransaction,
    parts: {
      readonly session: UserSession;
      readonly contact: string;
      readonly accepted: (call: Call) => void;
    },
  ) {
    this.request = transaction.request;
    this.#transaction = transaction;
    this.#session = parts.session;
    this.#contact = parts.contact;
    this.#accepted = parts.accepted;
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
   * @see RFC 3261 §13.3.1.4
   */
  accept(answer: SessionBody): Call | undefined {
    const established = dialogOfRequest(this.request, { status: 200, localTag: this.#localTag }, true);
    if (!established.ok) {
      this.reject(400);
      return undefined;
    }
    // The body goes with the answer.
    const offer = this.request.bodyText;
    const response = createResponse(this.request, 200, undefined, {
      toTag: this.#localTag,
      contact: this.#contact,
      contentType: answer.contentType,
      body: answer.body,
    });
    if (!this.#transaction.respond(response)) return undefined;
    const call = new Call(this.#session, established.dialog, offer);
    this.#accepted(call);
    this.#repeatUntilAck(response, call, 500, 64 * 500);
    return call;
  }

  /** The ACK for the 200 has come. */
  acknowledged(): void {
    clearTimeout(this.#repeat);
    this.#repeat = undefined;
  }

  #repeatUntilAck(response: SipResponse, call: Call, gapMs: number, leftMs: number): void {
    this.#repeat = setTimeout(() => {
      if (leftMs <= 0) {
        // RFC 3261 §13.3.1.4: without an ACK the session ends with BYE.
        call.hangUp().catch(() => {});
        return;
      }
      this.#transaction.respond(response);
      this.#repeatUntilAck(response, call, Math.min(2 * gapMs, 4_000), leftMs - gapMs);
    }, gapMs);
    this.#repeat.unref();
  }
}

/** How an INVITE came out. */
export type CallOutcome =
  | { readonly ok: true; readonly call: Call; readonly response: SipResponse }
  | { readonly ok: false; readonly response: SipResponse };

/**
 * Finishes an INVITE that was answered: acknowledges a 2xx and makes the call.
 * @param request - the INVITE as sent
 * @param response - its final response
 */
export function concludeInvite(
  session: UserSession,
  answers: InviteAnswers,
  request: SipRequest,
  response: SipResponse,
): CallOutcome {
  if (response.status >= 300) return { ok: false, response };
  const dialog = answers.acknowledge(request, response);
  if (dialog === undefined) return { ok: false, response };
  return { ok: true, call: new Call(session, dialog, response.bodyText), response };
}
