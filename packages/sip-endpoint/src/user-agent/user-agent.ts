import { randomUUID } from 'node:crypto';
import {
  createRequest,
  createResponse,
  dialogIdOfRequest,
  SipArgumentError,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import { type EndpointUser, SipEndpoint } from '../endpoint.ts';
import { NoAnswerError } from '../transaction/no-answer.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { agentClock } from './agent-clock.ts';
import { type Answer, answerAsChosen } from './answer.ts';
import { askServers } from './ask-servers.ts';
import type { Call } from './call.ts';
import { IncomingCall } from './incoming-call.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Line } from './line.ts';
import { type CallOptions, type CallOutcome, placeCall } from './outgoing-call.ts';
import { RegisterRequests } from './register-request.ts';
import { Registration } from './registration.ts';
import { defaultStayTimings, type RegistrationState } from './registration-state.ts';
import type { SessionBody } from './session-body.ts';
import { SessionSource } from './session-source.ts';
import type { AgentRequestParts, ReceivedMessage, UserAgentOptions } from './user-agent-options.ts';
import { taggedAddress, UserSession } from './user-agent-session.ts';

/**
 * A user's end of SIP: stays registered, sends and receives MESSAGE, makes and takes calls, over one connection at a time.
 * @see RFC 3261, RFC 5626
 */
export class UserAgent implements EndpointUser, AsyncDisposable {
  readonly addressOfRecord: string;
  readonly #options: UserAgentOptions;
  readonly #endpoint: SipEndpoint;
  /** User and host of our Contact. */
  readonly #contact: string;
  readonly #calls = new Map<string, Call>();
  readonly #line: Line;
  readonly #registers: RegisterRequests;
  readonly #registration: Registration;
  readonly #keepAlive: KeepAlive;
  readonly #sessions: SessionSource;
  /** Whether the place that failed last is passed over by the next attempt. */
  #avoidsLast = false;
  #sequence = 0;

  /** @param options - who and where */
  constructor(options: UserAgentOptions) {
    this.#options = options;
    this.addressOfRecord = options.addressOfRecord;
    const { clock = agentClock, host = unnamedHost, newToken, random = Math.random } = options;
    const user = options.addressOfRecord.slice(options.addressOfRecord.indexOf(':') + 1).split('@')[0];
    this.#contact = `${user}-${newToken()}@${host}`;
    this.#endpoint = new SipEndpoint({
      sentBy: { host },
      user: this,
      dial: options.dial,
      newToken,
      ...(options.locate === undefined ? {} : { locate: options.locate }),
      ...(options.clock === undefined ? {} : { clock: () => clock.now() }),
    });
    const timings = { ...defaultStayTimings, ...options.stay };
    this.#registers = new RegisterRequests({
      addressOfRecord: options.addressOfRecord,
      contact: this.#contact,
      instance: options.instance ?? `urn:uuid:${randomUUID()}`,
      callId: newToken(),
      isSips: options.sips === 'required',
    });
    this.#keepAlive = new KeepAlive({ clock, random, timings, onAlive: () => this.#registration.proven() });
    this.#sessions = new SessionSource({
      clock,
      server: options.server.name,
      isComing: () => this.#registration.isKept,
    });
    this.#line = {
      clock,
      random,
      next: () => this.#sessions.next(),
      contactFor: (uri) => this.#contactFor(uri),
      onFault: (error) => options.events.onFault?.(error),
    };
    this.#registration = new Registration({
      clock,
      random,
      timings,
      send: (expiresSec) => this.#sendRegister(expiresSec),
      granted: (response) => this.#registers.granted(response),
      server: () => this.connection?.source,
      onGranted: (response) => this.#keepFlow(response),
      onState: (state) => this.#stands(state),
    });
  }

  /** The connection to the server, while there is one. */
  get connection(): SipConnection | undefined {
    return this.#sessions.current?.connection;
  }

  /** Where the registration stands; `onRegistration` reports each change. */
  get registration(): RegistrationState {
    return this.#registration.state;
  }

  /**
   * Dials the server under the verdict, without registering.
   * @throws what the dialling fails of
   * @throws NoAnswerError where the server closes at once
   */
  async connect(): Promise<SipConnection> {
    const { server } = this.#options;
    let connection: SipConnection | undefined;
    if (this.#avoidsLast) {
      this.#avoidsLast = false;
      connection = await this.#endpoint.reach(server).catch(() => undefined);
    }
    if (connection === undefined) {
      // An explicit call is an attempt in any case.
      this.#endpoint.retry();
      connection = await this.#endpoint.reach(server);
    }
    // It was up and is gone already: `onClosed` has come before there was a session.
    if (connection.isClosed) {
      throw new NoAnswerError('transport-error', 'the first request', server.name);
    }
    this.#sessionOn(connection);
    return connection;
  }

  /**
   * Registers the connection as the way to this user, and keeps the user registered from now on: again at half of the time that the
   * registrar grants, with keep-alives in between, and over a new connection where one breaks, to the next server that `locate` finds where
   * one fails. Attempts that fail come with growing pauses, also where the first one does; `onRegistration` reports each. A refusal (403,
   * 404, a wrong password, …) ends it. Calls go on over the new connection.
   * @param expiresSeconds - 0 removes the binding, and ends all this
   * @returns the final response of the first attempt
   * @throws what the first attempt fails of
   * @see RFC 3261 §10.2, RFC 5626 §4
   */
  register(expiresSeconds = 3_600): Promise<SipResponse> {
    if (expiresSeconds > 0) return this.#registration.start(expiresSeconds);
    this.#keepAlive.stop();
    return this.#registration.end();
  }

  /**
   * Sends a text.
   * @param to - `sip:bob@contoso.example`
   * @param text - the body, sent as UTF-8
   * @param as - another From than the user's own; servers refuse it
   * @see RFC 3428
   */
  message(to: string, text: string, as: string = this.addressOfRecord): Promise<SipResponse> {
    return this.request('MESSAGE', to, { as, contentType: 'text/plain;charset=UTF-8', body: text });
  }

  /**
   * Sends a request outside a call.
   * @param method - any that establishes no dialog, e.g. OPTIONS, MESSAGE, PUBLISH
   * @param to - `sip:bob@contoso.example`
   * @param parts - header fields and body
   * @returns the final response
   * @throws NotConnectedError where there is no connection, and none comes within 32 seconds
   * @throws NoAnswerError where no answer comes
   * @throws SipArgumentError for a method that has a member of its own
   */
  async request(method: string, to: string, parts: AgentRequestParts = {}): Promise<SipResponse> {
    if (elsewhere.has(method)) {
      throw new SipArgumentError(
        `expected a method that establishes no dialog, found ${method}`,
        'method of a request',
        'use call, register or the members of Call',
      );
    }
    const { as = this.addressOfRecord, ...rest } = parts;
    const fromTag = this.#options.newToken();
    const callId = this.#options.newToken();
    const session = await this.#sessions.next();
    const { response } = await session.ask(() =>
      createRequest({
        ...rest,
        method,
        uri: to,
        from: taggedAddress(as, fromTag),
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
      }),
    );
    return response;
  }

  /**
   * Calls somebody; settles when the call is answered or refused. Where several devices answer, the first has the call, and the others are
   * hung up on.
   * @param to - `sip:bob@contoso.example`
   * @param offer - body of the INVITE
   * @param options - `onProvisional` hears of ringing; `signal` gives the call up
   * @see RFC 3261 §13.2
   */
  async call(to: string, offer: SessionBody, options: CallOptions = {}): Promise<CallOutcome> {
    const fromTag = this.#options.newToken();
    const callId = this.#options.newToken();
    const build = () =>
      createRequest({
        method: 'INVITE',
        uri: to,
        from: taggedAddress(this.addressOfRecord, fromTag),
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
        contact: this.#contactFor(to),
        contentType: offer.contentType,
        body: offer.body,
        headers: { Allow: allowed },
      });
    const outcome = await placeCall(this.#line, build, offer, options);
    if (outcome.ok) this.#keep(outcome.call);
    return outcome;
  }

  /** Hangs up nothing, says nothing: closes the connection, and keeps no registration. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#keepAlive.stop();
    this.#registration.abandon();
    return this.#endpoint[Symbol.asyncDispose]();
  }

  // What the endpoint brings.

  onRequest(transaction: ServerTransaction, connection: SipConnection): void {
    const { request } = transaction;
    this.#keepAlive.touched();
    const dialog = dialogIdOfRequest(request);
    if (dialog !== undefined) {
      const call = this.#calls.get(dialog);
      if (call === undefined) transaction.respond(createResponse(request, 481));
      else call.receive(transaction);
      return;
    }
    const toTag = this.#options.newToken();
    // This user agent has no extension that a caller could rely on (RFC 3261 §8.2.2.3).
    if (request.has('Require')) {
      const headers = { Unsupported: request.all('Require').join(', ') };
      transaction.respond(createResponse(request, 420, undefined, { toTag, headers }));
      return;
    }
    if (this.#options.sips === 'required' && request.uri.scheme !== 'sips') {
      const headers = { Warning: `381 ${this.#options.host ?? unnamedHost} "SIPS Required"` };
      transaction.respond(createResponse(request, 480, undefined, { toTag, headers }));
      return;
    }
    const { events } = this.#options;
    const parts = { toTag, onFault: this.#line.onFault };
    switch (request.method) {
      case 'MESSAGE':
        answerAsChosen(transaction, () => events.onMessage?.(messageOf(request)) ?? undefined, {
          ...parts,
          otherwise: { status: 200 },
        });
        return;
      case 'INVITE':
        if (this.#sessions.current?.connection === connection)
          this.#ring(transaction, this.#sessions.current);
        else transaction.respond(createResponse(request, 480, undefined, { toTag }));
        return;
      case 'OPTIONS':
        transaction.respond(createResponse(request, 200, undefined, { toTag, headers: { Allow: allowed } }));
        return;
      default:
        answerAsChosen(transaction, () => events.onRequest?.(request), { ...parts, otherwise: notAllowed });
    }
  }

  onAck(ack: SipRequest): void {
    const id = dialogIdOfRequest(ack);
    if (id === undefined) return;
    this.#calls.get(id)?.acknowledged(ack);
  }

  onPong(connection: SipConnection): void {
    this.#keepAlive.answered(connection);
  }

  onClosed(connection: SipConnection): void {
    const { isKept } = this.#registration;
    if (!isKept) for (const call of this.#calls.values()) if (call.connection === connection) call.lost();
    // A connection that another has taken the place of says nothing about that one.
    if (this.connection !== connection) return;
    this.#sessions.lost();
    this.#keepAlive.ended();
    const why = new NoAnswerError('transport-error', 'the next request', this.#options.server.name);
    if (isKept && this.#endpoint.suspect(connection, why)) this.#avoidsLast = true;
    try {
      this.#options.events.onDisconnected?.();
    } finally {
      this.#registration.lost(why);
    }
  }

  async #sendRegister(expiresSeconds: number): Promise<SipResponse> {
    const first = await this.connect();
    const fromTag = this.#options.newToken();
    const build = () => this.#registers.build(expiresSeconds, ++this.#sequence, fromTag);
    return askServers(this.#endpoint, this.#options.server, first, async (connection) => {
      const session = this.#sessionOn(connection);
      for (;;) {
        const { response } = await session.ask(build);
        if (!this.#registers.learn(response)) return response;
      }
    });
  }

  /** @returns whether the server answers keep-alives */
  #keepFlow(response: SipResponse): boolean {
    const { connection } = this;
    const isFlow = this.#registers.isFlow(response);
    if (connection !== undefined)
      this.#keepAlive.start(connection, this.#registers.flowTimer(response), isFlow);
    return isFlow;
  }

  #stands(state: RegistrationState): void {
    if (state.state === 'registered') this.#sessions.ready();
    else if (state.state === 'refused' || state.state === 'unregistered') {
      this.#keepAlive.stop();
      this.#sessions.giveUp();
      // Nothing brings another connection any more.
      if (this.connection === undefined) for (const call of this.#calls.values()) call.lost();
    }
    this.#options.events.onRegistration?.(state);
  }

  #ring(transaction: ServerTransaction, session: UserSession): void {
    const incoming = new IncomingCall(transaction, {
      session,
      line: this.#line,
      allow: allowed,
      accepted: (call) => this.#keep(call),
    });
    if (this.#options.events.onCall === undefined) incoming.reject(480);
    else this.#options.events.onCall(incoming);
  }

  /**
   * Our Contact for a request to an address, and for the answer to one: TLS is named, because a peer that follows a bare `sip:` URI uses UDP;
   * a sips URI says it already (RFC 3261 §8.1.1.8, §12.1.1).
   */
  #contactFor(uri: string): string {
    return uri.startsWith('sips:') ? `<sips:${this.#contact}>` : `<sip:${this.#contact};transport=tls>`;
  }

  #keep(call: Call): void {
    const { id } = call.dialog;
    this.#calls.set(id, call);
    void call.ended.then(() => this.#calls.delete(id));
  }

  #sessionOn(connection: SipConnection): UserSession {
    const { current } = this.#sessions;
    if (current?.connection === connection) return current;
    const { credentials } = this.#options;
    const session = new UserSession(this.#endpoint, connection, credentials, () => this.#keepAlive.touched());
    this.#sessions.use(session);
    for (const call of this.#calls.values()) call.moved(session);
    return session;
  }
}

const unnamedHost = 'client.invalid';
const allowed = 'INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, INFO, UPDATE, NOTIFY';
const notAllowed: Answer = { status: 405, headers: { Allow: allowed } };
/** Methods that are sent by other members, or by none. */
const elsewhere: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER']);

function messageOf(request: SipRequest): ReceivedMessage {
  return {
    from: request.from.uri.toString(),
    to: request.to.uri.toString(),
    text: request.bodyText,
    contentType: request.contentType ?? 'text/plain',
    request,
  };
}
