import {
  createResponse,
  type Dialog,
  DialogFault,
  glareDelayMs,
  type InDialogParts,
  SessionChanges,
  type SessionMethod,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { AskOptions } from '../ask-options.ts';
import type { SipConnection } from '../connection/connection.ts';
import { NoAnswerError } from '../transaction/no-answer-error.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { type Answer, answerAsChosen, type ChosenAnswer } from './answer.ts';
import { extensionsRefused, refreshing, usual } from './call-methods.ts';
import { checkChange, checkInfo, checkRefer, checkSubscribe } from './check-call-arguments.ts';
import { checkCallParts } from './check-parts.ts';
import {
  DialogEvents,
  referListener,
  referToOf,
  type SubscribeOptions,
  type Subscription,
} from './dialog-events.ts';
import { ackFor, sendAck } from './invite-answers.ts';
import type { Line } from './line.ts';
import { UntilAcknowledged } from './repeat-2xx-until-ack.ts';
import { heldSession, type SessionBody, sessionAgain } from './session-body.ts';
import { tellApplication } from './tell-application.ts';
import type { UserSession } from './user-agent-session.ts';

/** What a {@link Call} is made of. */
export interface CallParts {
  readonly session: UserSession;
  readonly line: Line;
  readonly dialog: Dialog;
  /** What each side has sent: offer and answer. */
  readonly localBody: SessionBody;
  readonly remoteBody: string;
}

/** How a call is transferred. */
export interface ReferOptions {
  /** A call to the target that the new one shall take the place of there (attended transfer, RFC 3891). */
  readonly replaces?: Call;
  /** Status of the latest response that the other side got from the target. */
  readonly onProgress?: (status: number) => void;
}

/** What gives an INVITE up. */
type GivenUp = Pick<AskOptions, 'signal'>;
/** Of a request that cannot be taken back. */
const never = new AbortController().signal;
/** Attempts to change the session that cross with one of the other side. */
const maxGlares = 3;

/** A call that is established; both sides have it. It goes on when its user agent connects again. */
export class Call {
  /** The dialog of the INVITE that established the call. */
  readonly dialog: Dialog;
  /** Settles when the call has ended, by either side. */
  readonly ended: Promise<'local' | 'remote' | 'lost'>;
  /**
   * Chooses the answer to a request that the other side sends in this call: INVITE and UPDATE change the session (488 where nothing is
   * chosen; the body of a 200 is the answer to the offer), INFO and OPTIONS (200), any other method (405). `signal` is aborted where the
   * other side takes an INVITE back.
   */
  onRequest: ((request: SipRequest, signal: AbortSignal) => ChosenAnswer) | undefined;
  readonly #line: Line;
  readonly #changes = new SessionChanges();
  readonly #events = new DialogEvents();
  readonly #untilAcknowledged: UntilAcknowledged;
  #session: UserSession;
  #localBody: SessionBody;
  #remoteBody: string;
  /** Our session description before it was put on hold. */
  #beforeHold: SessionBody | undefined;
  #settle: (by: 'local' | 'remote' | 'lost') => void = () => {};

  /** @param parts - the dialog, and what was agreed in it */
  constructor(parts: CallParts) {
    checkCallParts(parts);
    const { dialog, line, localBody, remoteBody, session } = parts;
    this.#session = session;
    this.#line = line;
    this.dialog = dialog;
    this.#localBody = localBody;
    this.#remoteBody = remoteBody;
    this.#untilAcknowledged = new UntilAcknowledged(line.clock);
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Body that the other side sent last: the answer for the caller, the offer for the called, or a later one. */
  get remoteBody(): string {
    return this.#remoteBody;
  }

  /** Body that this side sent last. */
  get localBody(): SessionBody {
    return this.#localBody;
  }

  /** The connection that its requests go over: another one once the user agent had to connect again. */
  get connection(): SipConnection {
    return this.#session.connection;
  }

  /**
   * Sends a request in the call.
   * @param method - any but INVITE, ACK, CANCEL and BYE, which have methods of their own here
   * @param parts - header fields and body
   * @returns the final response; 481 and 408 end the call (RFC 3261 §12.2.1.2)
   * @throws NoAnswerError if none comes
   * @throws DialogFault where the call has ended
   */
  async request(method: string, parts: InDialogParts = {}): Promise<SipResponse> {
    if (method === 'INVITE' || method === 'BYE')
      throw new DialogFault('expected another method', `${method} in a call`, 'use reinvite or hangUp');
    return (await this.#ask(method, parts)).response;
  }

  /**
   * Offers another session with INVITE; where the other side does the same at the same time, again after a moment.
   * @param offer - body of the INVITE
   * @param options - `signal` gives it up (RFC 3261 §9.1)
   * @returns the final response; after a failure the session is as it was
   * @throws DialogFault where a change of this side is not answered yet, or the call has ended
   * @see RFC 3261 §14.1
   */
  async reinvite(offer: SessionBody, options: GivenUp = {}): Promise<SipResponse> {
    checkChange(offer, 'reinvite', options);
    return this.#change('INVITE', offer, options);
  }

  /**
   * Offers another session with UPDATE, which the other side answers at once.
   * @param offer - body of the UPDATE
   * @returns the final response; after a failure the session is as it was
   * @throws DialogFault as {@link Call.reinvite}
   * @see RFC 3311 §5
   */
  async update(offer: SessionBody): Promise<SipResponse> {
    checkChange(offer, 'update');
    return this.#change('UPDATE', offer);
  }

  /**
   * Puts the other side on hold: each stream of our session description, which has to be SDP, receives nothing more.
   * @returns the final response to the INVITE
   * @see RFC 3264 §8.4
   */
  async hold(): Promise<SipResponse> {
    const before = this.#beforeHold ?? this.#localBody;
    const response = await this.#change('INVITE', heldSession(this.#localBody));
    if (response.status < 300) this.#beforeHold = before;
    return response;
  }

  /** Offers the session again that was put on hold. @returns the final response to the INVITE */
  async resume(): Promise<SipResponse> {
    const response = await this.#change(
      'INVITE',
      sessionAgain(this.#beforeHold ?? this.#localBody, this.#localBody),
    );
    if (response.status < 300) this.#beforeHold = undefined;
    return response;
  }

  /**
   * Sends information of the application (RFC 6086).
   * @param sent - body and its type
   */
  async info(sent: SessionBody): Promise<SipResponse> {
    checkInfo(sent);
    return this.request('INFO', { ...sent });
  }

  /**
   * Has the other side call somebody else.
   * @param target - `sip:carol@contoso.example`
   * @param options - what the new call replaces, and who hears how it goes
   * @returns the final response: 202 where the other side tries
   * @see RFC 3515, RFC 3891
   */
  async refer(target: string, options: ReferOptions = {}): Promise<SipResponse> {
    checkRefer(options);
    const { onProgress, replaces } = options;
    const referTo = referToOf(target, replaces?.dialog);
    // The first NOTIFY may come before the answer.
    this.#events.listen(
      'refer',
      referListener((status) => tellApplication(() => onProgress?.(status), this.#line.onFault)),
    );
    const response = await this.request('REFER', { headers: { 'Refer-To': referTo } });
    if (response.status >= 300) this.#events.forget('refer');
    return response;
  }

  /**
   * Subscribes to an event of the other side in this call, until it is ended by either side.
   * @param event - package, e.g. `conference`
   * @param options - how long, and who hears of it
   * @throws DialogFault where there is a subscription to the event already
   * @see RFC 6665 §4.1, §4.5.2
   */
  subscribe(event: string, options: SubscribeOptions): Subscription {
    checkSubscribe(event, options);
    const send = (expiresSec: number) =>
      this.request('SUBSCRIBE', { headers: { Event: event, Expires: expiresSec } });
    const { clock, onFault } = this.#line;
    return this.#events.subscribe(event, { clock, send, onFault }, options);
  }

  /**
   * Ends the call with BYE; where the connection is gone, over the one that takes its place.
   * @returns the answer to the BYE
   * @throws NoAnswerError if none comes; the call has ended all the same
   */
  async hangUp(): Promise<SipResponse> {
    try {
      return (await this.#ask('BYE', {})).response;
    } catch (error) {
      const isLost = error instanceof NoAnswerError && error.code === 'ENTENTE_SIP_CONNECTION_LOST';
      if (!isLost || this.dialog.state === 'terminated') throw error;
      // It may not have arrived; twice does no harm.
      return await this.#ask('BYE', {}).then(
        ({ response }) => response,
        () => Promise.reject(error),
      );
    } finally {
      this.#end('local');
    }
  }

  /** A request arrived in the dialog of this call. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { method } = request;
    const verdict = this.dialog.receiveRequest(request);
    const refused = extensionsRefused(request);
    if (!verdict.ok) transaction.respond(createResponse(request, verdict.status));
    else if (method === 'BYE') {
      // Whatever is answered, its sender has ended the call (RFC 3261 §15.1.1).
      transaction.respond(refused ?? createResponse(request, 200));
      this.#end('remote');
    } else if (refused !== undefined) transaction.respond(refused);
    else if (method === 'INVITE' || method === 'UPDATE') this.#changedBy(transaction, method);
    else {
      const status = method === 'NOTIFY' ? this.#events.receive(request) : undefined;
      if (status === undefined) this.#choose(transaction, usual[method] ?? { status: 405 }, never);
      else transaction.respond(createResponse(request, status));
    }
  }

  /**
   * The 2xx to an INVITE of the other side was sent: it is repeated until its ACK comes.
   * @param transaction - of the INVITE
   * @param response - the 2xx
   */
  accepted(transaction: ServerTransaction, response: SipResponse): void {
    const giveUp = () => void this.hangUp().catch(() => {});
    this.#untilAcknowledged.start(() => transaction.respond(response), giveUp);
  }

  /** The ACK for a 2xx has come; where the offer was in the 2xx, it has the answer. */
  acknowledged(ack: SipRequest): void {
    this.#untilAcknowledged.end();
    if (ack.bodyLength > 0) this.#remoteBody = ack.bodyText;
  }

  /** The user agent has connected again. */
  moved(session: UserSession): void {
    this.#session = session;
  }

  /** The connection broke, and no other takes its place. */
  lost(): void {
    this.#end('lost');
  }

  async #ask(
    method: string,
    parts: InDialogParts,
    options: Pick<AskOptions, 'onFurtherSuccess' | 'signal'> = {},
  ): Promise<{
    readonly request: SipRequest;
    readonly response: SipResponse;
    readonly session: UserSession;
  }> {
    const session = await this.#line.next();
    const contact = this.#line.contactFor(this.dialog.remoteTarget.toString());
    // A server outside may challenge it: it is built again, with the next number, for the answer.
    const asked = await session.ask(
      () => this.dialog.createRequest(method, refreshing.has(method) ? { ...parts, contact } : parts),
      options,
    );
    this.dialog.receiveResponse(asked.response);
    if (method !== 'BYE' && this.dialog.state === 'terminated') this.#end('remote');
    return { ...asked, session };
  }

  async #change(method: SessionMethod, offer: SessionBody, options: GivenUp = {}): Promise<SipResponse> {
    const { clock, random } = this.#line;
    for (let glares = 1; ; glares++) {
      const response = await this.#offer(method, offer, options);
      if (response.status !== 491 || glares === maxGlares || options.signal?.aborted) return response;
      const delayMs = glareDelayMs(this.dialog.role === 'uac', random());
      await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
    }
  }

  async #offer(method: SessionMethod, offer: SessionBody, options: GivenUp): Promise<SipResponse> {
    if (!this.#changes.maySend(method, true))
      throw new DialogFault(
        'expected no change under way, found one',
        `${method} in a call`,
        'wait for its answer',
      );
    this.#changes.sent(method, true);
    let ack: SipRequest | undefined;
    try {
      const onFurtherSuccess = () => void (ack !== undefined && sendAck(this.#session, ack));
      const asked = await this.#ask(method, { ...offer }, { ...options, onFurtherSuccess });
      const { request, response, session } = asked;
      if (response.status < 300) {
        if (method === 'INVITE') {
          ack = ackFor(request, this.dialog);
          sendAck(session, ack);
        }
        this.#localBody = offer;
        this.#remoteBody = response.bodyText;
      }
      return response;
    } finally {
      this.#changes.answered(method);
    }
  }

  #changedBy(transaction: ServerTransaction, method: SessionMethod): void {
    const { request } = transaction;
    const withOffer = request.bodyLength > 0;
    const verdict = this.#changes.receive(method, withOffer, 11 * this.#line.random());
    if (!verdict.ok) {
      const headers = verdict.status === 500 ? { 'Retry-After': verdict.retryAfterSec } : {};
      transaction.respond(createResponse(request, verdict.status, undefined, { headers }));
      return;
    }
    const offer = request.bodyText;
    const givenUp = new AbortController();
    transaction.context.user = {
      onCancel: () => {
        transaction.respond(createResponse(request, 487));
        givenUp.abort();
      },
      onEnd: () => this.#changes.replied(method),
    };
    this.#choose(transaction, usual[method] as Answer, givenUp.signal, (response) => {
      this.#changes.replied(method);
      if (response.status >= 300) return;
      if (withOffer) this.#remoteBody = offer;
      if (response.bodyLength > 0)
        this.#localBody = { contentType: response.contentType ?? '', body: response.bodyText };
      if (method === 'INVITE') this.accepted(transaction, response);
    });
  }

  #choose(
    transaction: ServerTransaction,
    otherwise: Answer,
    signal: AbortSignal,
    onAnswered?: (response: SipResponse) => void,
  ): void {
    const { request } = transaction;
    answerAsChosen(transaction, () => this.onRequest?.(request, signal), {
      otherwise,
      ...(refreshing.has(request.method) && {
        contact: this.#line.contactFor(this.dialog.remoteTarget.toString()),
      }),
      onFault: this.#line.onFault,
      onAnswered: (response) => {
        this.dialog.requestAnswered(request, response.status);
        onAnswered?.(response);
      },
    });
  }

  #end(by: 'local' | 'remote' | 'lost'): void {
    this.dialog.terminate();
    this.#untilAcknowledged.end();
    this.#events.lost();
    this.#settle(by);
  }
}
