import { randomUUID } from 'node:crypto';
import type { SipRequest, SipResponse } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import { DisposedError } from '../connection/disposed-error.ts';
import { type EndpointUser, SipEndpoint } from '../endpoint.ts';
import { withDefaults } from '../options/with-defaults.ts';
import { NoAnswerError } from '../transaction/no-answer-error.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { agentClock } from './agent-clock.ts';
import { AgentSubscriptions, type SubscribeOutcome } from './agent-subscriptions.ts';
import { answerOutside } from './answer-outside-call.ts';
import { allowed } from './call-methods.ts';
import { checkCall } from './check-call.ts';
import {
  checkExpires,
  checkedTokens,
  checkedUserAgentOptions,
  dialledBy,
  plainText,
} from './check-options.ts';
import { HomeServer } from './home-server.ts';
import { IncomingCall } from './incoming-call.ts';
import { KeepAlive, readingOfProcess } from './keep-alive.ts';
import type { Line } from './line.ts';
import { NewRequests } from './new-requests.ts';
import { OpenCalls } from './open-calls.ts';
import type { CallOptions, CallOutcome } from './outgoing-call.ts';
import { checkRequest, checkSubscription } from './outside-calls.ts';
import { defaultPace, Pacing } from './pacing.ts';
import { PasswordChange, type PasswordChangeParts } from './password-change.ts';
import { RegisterRequests } from './register-request.ts';
import { Registration } from './registration.ts';
import { defaultStayTimings, type RegistrationState } from './registration-state.ts';
import type { SessionBody } from './session-body.ts';
import { SessionSource } from './session-source.ts';
import type { AgentSubscribeOptions } from './subscription-dialog.ts';
import { reportFault, tellApplication } from './tell-application.ts';
import type { AgentRequestParts, UserAgentOptions } from './user-agent-options.ts';
import type { UserSession } from './user-agent-session.ts';

/**
 * A user's end of SIP: stays registered, sends and receives MESSAGE, makes and takes calls, over one connection at a time.
 * @see RFC 3261, RFC 5626
 */
export class UserAgent implements EndpointUser, AsyncDisposable {
  /** As the options gave it, for example `sip:alice@contoso.example`. */
  readonly addressOfRecord: string;
  readonly #options: UserAgentOptions;
  readonly #server: HomeServer;
  readonly #newToken: () => string;
  readonly #endpoint: SipEndpoint;
  /** User and host of our Contact. */
  readonly #contact: string;
  readonly #calls = new OpenCalls();
  readonly #subscriptions: AgentSubscriptions;
  readonly #line: Line;
  readonly #pacing: Pacing;
  readonly #requests: NewRequests;
  readonly #registers: RegisterRequests;
  readonly #registration: Registration;
  readonly #keepAlive: KeepAlive;
  readonly #sessions: SessionSource;
  readonly #credentials: PasswordChangeParts['credentials'];
  readonly #password: PasswordChange;
  #isDisposed = false;

  /** @param options - who and where; a SipArgumentError says which one is missing, misspelt or of another kind */
  constructor(options: UserAgentOptions) {
    this.#options = checkedUserAgentOptions(options);
    const newToken = checkedTokens(options.newToken);
    this.#newToken = newToken;
    this.addressOfRecord = options.addressOfRecord;
    const { addressOfRecord, clock = agentClock, host = unnamedHost, random = Math.random } = options;
    const user = addressOfRecord.slice(addressOfRecord.indexOf(':') + 1).split('@')[0];
    this.#contact = `${user}-${newToken()}@${host}`;
    this.#endpoint = new SipEndpoint({
      sentBy: { host },
      user: this,
      dial: async (hop) => ({ link: hop.link, ...(await dialledBy(options.dial, hop)) }),
      newToken,
      ...(options.locate === undefined ? {} : { locate: options.locate }),
      ...(options.clock === undefined ? {} : { clock: () => clock.now() }),
    });
    const timings = withDefaults(defaultStayTimings, options.stay);
    this.#registers = new RegisterRequests({
      addressOfRecord,
      contact: this.#contact,
      instance: options.instance ?? `urn:uuid:${randomUUID()}`,
      callId: newToken(),
      isSips: options.sips === 'required',
    });
    this.#keepAlive = new KeepAlive({
      clock,
      random,
      timings,
      onAlive: () => this.#registration.proven(),
      ...readingOfProcess,
    });
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
      onFault: (error) => reportFault(options.events, error),
    };
    const pace = withDefaults(defaultPace, options.pace);
    const isBehind = () => (this.connection?.socket.writableLength ?? 0) > 0;
    this.#pacing = new Pacing({ clock, pace, isBehind, of: addressOfRecord });
    this.#requests = new NewRequests({
      addressOfRecord,
      newToken,
      line: this.#line,
      sessions: this.#sessions,
      pacing: this.#pacing,
    });
    this.#subscriptions = new AgentSubscriptions({ newToken, line: this.#line, requests: this.#requests });
    this.#registration = new Registration({
      clock,
      random,
      timings,
      send: (expiresSec) => this.#sendRegister(expiresSec),
      granted: (response) => this.#registers.granted(response),
      server: () => this.connection?.source,
      onGranted: (response) => this.#keepFlow(response),
      onState: (state) => this.#stands(state),
      onFault: (error) => this.#line.onFault(error),
    });
    this.#credentials = { ...options.credentials };
    this.#server = new HomeServer({
      endpoint: this.#endpoint,
      hop: { link: { row: 0, name: 'SIP' }, ...options.server },
      credentials: this.#credentials,
      sessions: this.#sessions,
      touched: () => this.#keepAlive.touched(),
      moved: (session) => this.#calls.moved(session),
    });
    this.#password = new PasswordChange({
      addressOfRecord,
      credentials: this.#credentials,
      clock,
      send: (method, parts, cnonce) => this.#requests.ask(method, this.addressOfRecord, parts, { cnonce }),
      registerAgain: () => this.#registration.refresh(),
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

  /** Requests and calls that wait for their turn: see `pace` of the options. */
  get waiting(): number {
    return this.#pacing.waiting;
  }

  /**
   * Dials the server under the verdict, without registering.
   * @throws what the dialling fails of
   * @throws NoAnswerError where the server closes at once
   * @throws DisposedError where the user agent is disposed of, before or meanwhile
   */
  async connect(): Promise<SipConnection> {
    this.#checkInUse();
    return this.#server.connect();
  }

  /**
   * Registers the connection as the way to this user, and keeps the user registered from now on: again at half of the time that the
   * registrar grants, with keep-alives in between, and over a new connection where one breaks, to the next server that `locate` finds where
   * one fails. Attempts that fail come with growing pauses, also where the first one does; `onRegistration` reports each. A refusal (403,
   * 404, a wrong password, …) ends it. Calls go on over the new connection.
   * @param expiresSeconds - 0 removes the binding, and ends all this
   * @returns the final response of the first attempt
   * @throws what the first attempt fails of; SipArgumentError where `expiresSeconds` is not a whole number; DisposedError as {@link connect}
   * @see RFC 3261 §10.2, RFC 5626 §4
   */
  async register(expiresSeconds = 3_600): Promise<SipResponse> {
    checkExpires(expiresSeconds);
    this.#checkInUse();
    if (expiresSeconds > 0) return this.#registration.start(expiresSeconds);
    this.#keepAlive.stop();
    return this.#registration.end();
  }

  /**
   * Changes the password of this user, at a server of Entente. Every other device is signed out by that; this one is signed in again.
   * @param password - the new one; it does not leave this process, and no server can judge it
   * @returns the final response: 2xx once it is in force
   * @throws as {@link request}; then the old one or the new one is in force
   */
  changePassword(password: string): Promise<SipResponse> {
    return this.#password.to(password);
  }

  /**
   * Sends a text; many at once as {@link request}.
   * @param to - `sip:bob@contoso.example`
   * @param text - the body, sent as UTF-8
   * @param as - another From than the user's own; servers refuse it
   * @throws as {@link request}
   * @see RFC 3428
   */
  async message(to: string, text: string, as: string = this.addressOfRecord): Promise<SipResponse> {
    return this.request('MESSAGE', to, plainText(to, text, as));
  }

  /**
   * Sends a request outside a call. Many may be asked for at once: those beyond `pace` of the options wait for their turn, over the next
   * connection where one breaks, and have their time to be answered from when they are sent. What belongs to a call never waits behind them.
   * @param method - any that establishes no dialog, e.g. OPTIONS, MESSAGE, PUBLISH
   * @param to - `sip:bob@contoso.example`
   * @param parts - header fields and body; `signal` gives it up while it waits
   * @returns the final response
   * @throws NotConnectedError where there is no connection, and none comes within 32 seconds
   * @throws NoAnswerError where no answer comes
   * @throws DisposedError where the user agent was disposed of
   * @throws SipArgumentError at once for what is not a URI, and for a method that has a member of its own
   */
  async request(method: string, to: string, parts: AgentRequestParts = {}): Promise<SipResponse> {
    checkRequest(method, to, parts);
    this.#checkInUse();
    return this.#requests.ask(method, to, parts);
  }

  /**
   * Calls somebody; settles when the call is answered or refused. Where several devices answer, the first has the call, and the others are
   * hung up on. Calls beyond `pace` of the options wait for their turn, as {@link request} does; one for help (`urn:service:sos`) does not.
   * @param to - `sip:bob@contoso.example`
   * @param offer - body of the INVITE
   * @param options - `onProvisional` hears of ringing; `signal` gives the call up
   * @see RFC 3261 §13.2
   */
  async call(to: string, offer: SessionBody, options: CallOptions = {}): Promise<CallOutcome> {
    checkCall(to, offer, options);
    this.#checkInUse();
    const outcome = await this.#requests.call(to, offer, options);
    if (outcome.ok) this.#calls.keep(outcome.call);
    return outcome;
  }

  /**
   * Subscribes to an event of somebody outside a call: until either side ends it, or no connection comes any more. It is made again where the notifier
   * moves or has lost it. The first state may come before this settles. It waits for its turn as {@link request}.
   * @param to - `sip:bob@contoso.example`
   * @param event - package, for example `presence`
   * @param options - how long, and who hears of it
   * @throws as {@link request} (RFC 6665 §4.1)
   */
  async subscribe(to: string, event: string, options: AgentSubscribeOptions): Promise<SubscribeOutcome> {
    checkSubscription(to, event, options);
    this.#checkInUse();
    return this.#subscriptions.subscribe(to, event, options);
  }

  /** Hangs up nothing, says nothing: closes the connection, and keeps no registration. What is asked for later is refused. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#sessions.close();
    this.#keepAlive.stop();
    this.#password.stop();
    this.#registration.abandon();
    return this.#endpoint[Symbol.asyncDispose]();
  }

  // What the endpoint brings.

  onRequest(transaction: ServerTransaction, connection: SipConnection): void {
    this.#keepAlive.touched();
    if (this.#subscriptions.receive(transaction) || this.#calls.receive(transaction)) return;
    const { current } = this.#sessions;
    const { events, host = unnamedHost, sips } = this.#options;
    answerOutside(transaction, {
      events,
      sips,
      host,
      toTag: this.#newToken(),
      onFault: this.#line.onFault,
      ring: () => {
        if (current?.connection !== connection) return false;
        this.#ring(transaction, current);
        return true;
      },
    });
  }

  onAck(ack: SipRequest): void {
    this.#calls.acknowledged(ack);
  }

  onPong(connection: SipConnection): void {
    this.#keepAlive.answered(connection);
  }

  /** Called by the endpoint: calls go on where another connection is coming, and are lost otherwise. */
  onClosed(connection: SipConnection): void {
    const { isKept } = this.#registration;
    if (!isKept) this.#calls.lost(connection);
    // A connection that another has taken the place of says nothing about that one.
    if (this.connection !== connection) return;
    if (!isKept) this.#subscriptions.lost();
    this.#sessions.lost();
    this.#keepAlive.ended();
    const why = new NoAnswerError('transport-error', 'the next request', this.#options.server.name);
    if (isKept) this.#server.failed(connection, why);
    tellApplication(() => this.#options.events.onDisconnected?.(), this.#line.onFault);
    this.#registration.lost(why);
  }

  /** A registration that begins now would be kept for ever: there is nothing left that ends it. */
  #checkInUse(): void {
    if (this.#isDisposed) throw new DisposedError(this.#options.server.name);
  }

  #sendRegister(expiresSeconds: number): Promise<SipResponse> {
    const fromTag = this.#newToken();
    const build = () => this.#registers.build(expiresSeconds, fromTag);
    return this.#server.ask(async (session) => {
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
      if (this.connection === undefined) this.#calls.lost();
      if (this.connection === undefined) this.#subscriptions.lost();
    }
    tellApplication(() => this.#options.events.onRegistration?.(state), this.#line.onFault);
  }

  #ring(transaction: ServerTransaction, session: UserSession): void {
    const incoming = new IncomingCall(transaction, {
      session,
      line: this.#line,
      allow: allowed,
      place: (to, offer, options) => this.call(to, offer, options),
      accepted: (call) => this.#calls.keep(call),
    });
    if (this.#options.events.onCall === undefined) incoming.reject(480);
    else incoming.takenBy((call) => this.#options.events.onCall?.(call));
  }

  /**
   * Our Contact for a request to an address, and for the answer to one: TLS is named, because a peer that follows a bare `sip:` URI uses UDP;
   * a sips URI says it already (RFC 3261 §8.1.1.8, §12.1.1).
   */
  #contactFor(uri: string): string {
    return uri.startsWith('sips:') ? `<sips:${this.#contact}>` : `<sip:${this.#contact};transport=tls>`;
  }
}

const unnamedHost = 'client.invalid';
