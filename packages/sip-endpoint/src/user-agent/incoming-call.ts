import { callback, required, wholeNumber } from '@entente/options';
import {
  createResponse,
  DialogFault,
  dialogOfRequest,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import { uri as anyUri, checkArgument } from '../options/option-rules.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { type BridgeOutcome, bodyOf, bridge, type PlaceCall, type RingingLeg } from './bridge-calls.ts';
import { Call } from './call.ts';
import { checkAnswer } from './check-call-arguments.ts';
import { checkIncomingCall } from './check-parts.ts';
import type { Line } from './line.ts';
import type { SessionBody } from './session-body.ts';
import { tellApplication } from './tell-application.ts';
import type { UserSession } from './user-agent-session.ts';

/** What a {@link IncomingCall} is made of. */
export interface IncomingCallParts {
  /** The session on the connection that the INVITE came over. */
  readonly session: UserSession;
  /** What the call needs of its user agent. */
  readonly line: Line;
  /** Methods that this side understands. */
  readonly allow: string;
  /** Called once with the call, when its 200 has been sent. */
  readonly accepted: (call: Call) => void;
  /** Called once, when the call rings no more: before it is accepted, once it is rejected, or when the caller gives up. */
  readonly settled?: () => void;
  /** Calls somebody else from here. */
  readonly place: PlaceCall;
}

const failure = required(wholeNumber(300, 699), 'give the failure to answer, 300 to 699, such as 486');
const heard = required(callback, 'give the function that is to be called');
const callee = anyUri('give the address to call, such as sip:bob@contoso.example');

/** A call that rings here. */
export class IncomingCall {
  /** The INVITE as received. */
  readonly request: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #parts: IncomingCallParts;
  readonly #localTag: string;
  readonly #contact: string;
  readonly #cancelled: (() => void)[] = [];
  #settled: 'accepted' | 'rejected' | 'cancelled' | undefined;

  /**
   * @param transaction - of the INVITE
   * @param parts - where it came from, and who hears that it was accepted
   */
  constructor(transaction: ServerTransaction, parts: IncomingCallParts) {
    checkIncomingCall(transaction, parts);
    this.request = transaction.request;
    this.#transaction = transaction;
    this.#parts = parts;
    this.#contact = parts.line.contactFor(transaction.request.uriText);
    this.#localTag = parts.session.endpoint.newToken();
    transaction.context.user = {
      onCancel: () => {
        this.#transaction.respond(createResponse(this.request, 487, undefined, { toTag: this.#localTag }));
        this.#settle('cancelled');
        for (const listener of this.#cancelled) tellApplication(listener, parts.line.onFault);
      },
    };
  }

  /** Hands it to the application; where that fails, now or later, the caller gets 500, unless the call is answered already. */
  takenBy(take: (call: IncomingCall) => unknown): void {
    tellApplication(
      () => take(this),
      (error) => {
        if (this.#settled === undefined) this.reject(500);
        this.#parts.line.onFault(error);
      },
    );
  }

  /** Called if the caller gives up before the call is accepted. */
  onCancelled(listener: () => void): void {
    checkArgument(listener, heard, 'listener', 'onCancelled');
    this.#cancelled.push(listener);
  }

  /** Answers 180. */
  ring(): void {
    this.#transaction.respond(
      createResponse(this.request, 180, undefined, { toTag: this.#localTag, contact: this.#contact }),
    );
  }

  /**
   * Answers with a failure; nothing where the caller has given up meanwhile, or it was rejected before.
   * @param status - 300 to 699
   * @throws SipArgumentError for another status
   * @throws DialogFault where the call has been accepted already
   */
  reject(status: number): void {
    checkArgument(status, failure, 'status', 'reject');
    if (this.#settled === 'rejected') return;
    this.#checkRings('reject');
    this.#reject(status);
  }

  /**
   * Answers 200 and repeats it until the ACK comes.
   * @param answer - body of the 200
   * @returns undefined where the caller has given up meanwhile
   * @throws SipArgumentError where the body or its type is left out
   * @throws DialogFault where the call has been accepted or rejected already
   * @see RFC 3261 §13.3.1.4
   */
  accept(answer: SessionBody): Call | undefined {
    checkAnswer(answer);
    this.#checkRings('accept');
    return this.#accept(answer, this.#localTag);
  }

  /**
   * Calls somebody for the caller, and joins both calls: a back-to-back user agent. What rings, answers or refuses there does so here; what
   * one side sends in its call, the other one gets: re-INVITE and UPDATE with an offer, INFO, MESSAGE, CANCEL and BYE. The callee sees this
   * user agent as the caller. An INVITE without an offer is answered 488, and nothing is transferred (405 for a REFER).
   * @param uri - `sip:bob@contoso.example`
   * @returns the two calls, or what the caller was answered
   * @throws SipArgumentError for what is not a URI; the caller is answered 500
   * @throws DialogFault where the call has been accepted or rejected already
   * @see RFC 3261 §6 and §12
   */
  async bridge(uri: string): Promise<BridgeOutcome> {
    this.#checkRings('bridge');
    if (this.#settled === 'cancelled') return { ok: false, status: 487 };
    try {
      checkArgument(uri, callee, 'uri', 'bridge');
    } catch (error) {
      this.#reject(500);
      throw error;
    }
    const givenUp = new AbortController();
    this.onCancelled(() => givenUp.abort());
    // Each device of the callee has a dialog of its own with the caller, until one answers (RFC 3261 §13.2.2.4).
    const tags = new Map<string, string>();
    const tagFor = ({ to }: SipResponse): string => {
      const device = to.tag ?? '';
      const tag =
        tags.get(device) ?? (tags.size === 0 ? this.#localTag : this.#parts.session.endpoint.newToken());
      tags.set(device, tag);
      return tag;
    };
    const leg: RingingLeg = {
      request: this.request,
      signal: givenUp.signal,
      progress: (response) => {
        if (response.status > 100) this.#progress(response, tagFor(response));
      },
      accept: (response) => this.#accept(bodyOf(response), tagFor(response)),
      reject: (status) => this.#reject(status),
    };
    return bridge(leg, uri, this.#parts.place);
  }

  /** A caller that gives up may do so at any moment: that is not a mistake here. */
  #checkRings(method: string): void {
    if (this.#settled === undefined || this.#settled === 'cancelled') return;
    throw new DialogFault(
      `expected a call that rings, found one that was ${this.#settled}`,
      `${method} of a call`,
      'answer each call once',
    );
  }

  #settle(as: 'accepted' | 'rejected' | 'cancelled'): void {
    if (this.#settled !== undefined) return;
    this.#settled = as;
    this.#parts.settled?.();
  }

  #reject(status: number): void {
    this.#transaction.respond(createResponse(this.request, status, undefined, { toTag: this.#localTag }));
    this.#settle('rejected');
  }

  #progress({ bodyLength, bodyText, contentType, status }: SipResponse, toTag: string): void {
    const body = bodyLength > 0 && contentType !== undefined ? { contentType, body: bodyText } : {};
    const response = createResponse(this.request, status, undefined, {
      toTag,
      contact: this.#contact,
      ...body,
    });
    this.#transaction.respond(response);
  }

  #accept(answer: SessionBody, localTag: string): Call | undefined {
    if (this.#settled !== undefined) return undefined;
    const dialog = dialogOfRequest(this.request, { status: 200, localTag }, true);
    if (!dialog.ok) {
      this.#reject(400);
      return undefined;
    }
    const { accepted, allow, line, session } = this.#parts;
    // The body goes with the answer.
    const remoteBody = this.request.bodyText;
    const response = createResponse(this.request, 200, undefined, {
      toTag: localTag,
      contact: this.#contact,
      headers: { Allow: allow },
      contentType: answer.contentType,
      body: answer.body,
    });
    if (!this.#transaction.respond(response)) return undefined;
    this.#settle('accepted');
    const call = new Call({ session, line, dialog: dialog.dialog, localBody: answer, remoteBody });
    accepted(call);
    call.accepted(this.#transaction, response);
    return call;
  }
}
