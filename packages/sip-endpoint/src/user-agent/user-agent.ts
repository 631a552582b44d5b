import {
  createRequest,
  createResponse,
  dialogIdOfRequest,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { NextHop } from '../connection/next-hop.ts';
import { type EndpointOptions, type EndpointUser, SipEndpoint } from '../endpoint.ts';
import { NoAnswerError } from '../transaction/no-answer.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { askServers } from './ask-servers.ts';
import { type Call, type CallOutcome, concludeInvite, IncomingCall, type SessionBody } from './call.ts';
import { InviteAnswers } from './invite-answers.ts';
import { NotConnectedError } from './not-connected.ts';
import { taggedAddress, type UserCredentials, UserSession } from './user-agent-session.ts';

/** A MESSAGE that arrived (RFC 3428). */
export interface ReceivedMessage {
  /** Address of record it comes from, as the From header says. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly contentType: string;
}

/** What a user agent tells. */
export interface UserAgentEvents {
  onMessage?(message: ReceivedMessage): void;
  /** A call rings: answer it, or it stays unanswered. */
  onCall?(call: IncomingCall): void;
  onDisconnected?(): void;
}

/** Who a user agent is and where its server is. */
export interface UserAgentOptions {
  /** `sip:alice@contoso.example`. */
  readonly addressOfRecord: string;
  readonly credentials: UserCredentials;
  /** The server that serves the user's domain. */
  readonly server: NextHop;
  readonly dial: EndpointOptions['dial'];
  /** Finds where the server is, in the order to try (RFC 3263). Without it it is dialled at the address that it has. */
  readonly locate?: EndpointOptions['locate'];
  readonly newToken: () => string;
  readonly events: UserAgentEvents;
  /** `required`: this user is reached with sips alone, registers so, and refuses the rest (RFC 5630 §5.1.2, "always SIPS"). */
  readonly sips?: 'required';
  /** What stands in Via: a name for this host. Default `client.invalid` (RFC 7118 §5 shows its use). */
  readonly host?: string;
}

/** A user's end of SIP: registers, sends and receives MESSAGE, makes and takes calls, over one connection. */
export class UserAgent implements EndpointUser, AsyncDisposable {
  readonly addressOfRecord: string;
  readonly #options: UserAgentOptions;
  readonly #endpoint: SipEndpoint;
  /** User and host of our Contact. */
  readonly #contact: string;
  readonly #callId: string;
  readonly #calls = new Map<string, Call>();
  readonly #ringing = new Map<string, IncomingCall>();
  #session: UserSession | undefined;
  #sequence = 0;

  /** @param options - who and where */
  constructor(options: UserAgentOptions) {
    this.#options = options;
    this.addressOfRecord = options.addressOfRecord;
    const host = options.host ?? unnamedHost;
    const user = options.addressOfRecord.slice(options.addressOfRecord.indexOf(':') + 1).split('@')[0];
    this.#contact = `${user}-${options.newToken()}@${host}`;
    this.#callId = options.newToken();
    this.#endpoint = new SipEndpoint({
      sentBy: { host },
      user: this,
      dial: options.dial,
      newToken: options.newToken,
      ...(options.locate === undefined ? {} : { locate: options.locate }),
    });
  }

  /** The connection to the server, once there is one. */
  get connection(): SipConnection | undefined {
    return this.#session?.connection;
  }

  /**
   * Dials the server under the verdict.
   * @throws what the dialling fails of
   * @throws NoAnswerError where the server closes at once
   */
  async connect(): Promise<SipConnection> {
    // An explicit call is an attempt in any case.
    this.#endpoint.retry();
    const connection = await this.#endpoint.reach(this.#options.server);
    // It was up and is gone already: `onClosed` has come before there was a session.
    if (connection.isClosed) {
      throw new NoAnswerError('transport-error', 'the first request', this.#options.server.name);
    }
    this.#sessionOn(connection);
    return connection;
  }

  /**
   * Registers the connection as the way to this user; connects first if need be. Where the server answers 503, or not at all, another one
   * that `locate` finds takes its place.
   * @param expiresSeconds - 0 removes the binding
   * @returns the final response
   */
  async register(expiresSeconds = 3_600): Promise<SipResponse> {
    const first = await this.connect();
    const fromTag = this.#options.newToken();
    const domain = this.addressOfRecord.slice(this.addressOfRecord.lastIndexOf('@') + 1);
    const registrar = `${this.#options.sips === 'required' ? 'sips' : 'sip'}:${domain}`;
    const build = () =>
      createRequest({
        method: 'REGISTER',
        uri: registrar,
        from: taggedAddress(this.addressOfRecord, fromTag),
        to: `<${this.addressOfRecord}>`,
        callId: this.#callId,
        cseq: ++this.#sequence,
        contact: this.#contactFor(registrar),
        headers: { Expires: expiresSeconds, Supported: 'path, outbound, gruu' },
      });
    return askServers(this.#endpoint, this.#options.server, first, async (connection) => {
      const { response } = await this.#sessionOn(connection).ask(build);
      return response;
    });
  }

  /**
   * Sends a text.
   * @param to - `sip:bob@contoso.example`
   * @param text - the body, sent as UTF-8
   * @param as - another From than the user's own; servers refuse it
   * @see RFC 3428
   */
  async message(to: string, text: string, as: string = this.addressOfRecord): Promise<SipResponse> {
    const fromTag = this.#options.newToken();
    const callId = this.#options.newToken();
    const { response } = await this.#live().ask(() =>
      createRequest({
        method: 'MESSAGE',
        uri: to,
        from: taggedAddress(as, fromTag),
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
        contentType: 'text/plain;charset=UTF-8',
        body: text,
      }),
    );
    return response;
  }

  /**
   * Calls somebody; settles when the call is answered or refused.
   * @param to - `sip:bob@contoso.example`
   * @param offer - body of the INVITE
   * @param options - `onProvisional` hears of ringing; `signal` gives the call up
   */
  async call(
    to: string,
    offer: SessionBody,
    options: { readonly onProvisional?: (response: SipResponse) => void; readonly signal?: AbortSignal } = {},
  ): Promise<CallOutcome> {
    const fromTag = this.#options.newToken();
    const callId = this.#options.newToken();
    const session = this.#live();
    const answers = new InviteAnswers(session);
    let invite: SipRequest | undefined;
    const { request, response } = await session.ask(
      () => {
        invite = createRequest({
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
        return invite;
      },
      {
        ...options,
        onFurtherSuccess: (further) => answers.acknowledgeFurther(invite as SipRequest, further),
      },
    );
    const outcome = concludeInvite(session, answers, request, response);
    if (outcome.ok) this.#keep(outcome.call);
    return outcome;
  }

  /** Hangs up nothing, says nothing: closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#endpoint[Symbol.asyncDispose]();
  }

  // What the endpoint brings.

  onRequest(transaction: ServerTransaction, connection: SipConnection): void {
    const { request } = transaction;
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
    switch (request.method) {
      case 'MESSAGE':
        transaction.respond(createResponse(request, 200, undefined, { toTag }));
        this.#options.events.onMessage?.({
          from: request.from.uri.toString(),
          to: request.to.uri.toString(),
          text: request.bodyText,
          contentType: request.contentType ?? 'text/plain',
        });
        return;
      case 'INVITE':
        if (this.#session?.connection === connection) this.#ring(transaction, this.#session);
        else transaction.respond(createResponse(request, 480, undefined, { toTag }));
        return;
      case 'OPTIONS':
        transaction.respond(createResponse(request, 200, undefined, { toTag, headers: { Allow: allowed } }));
        return;
      default:
        transaction.respond(createResponse(request, 405, undefined, { toTag, headers: { Allow: allowed } }));
    }
  }

  onAck(ack: SipRequest): void {
    const id = dialogIdOfRequest(ack);
    if (id === undefined) return;
    this.#ringing.get(id)?.acknowledged();
    this.#ringing.delete(id);
  }

  onClosed(connection: SipConnection): void {
    for (const call of this.#calls.values()) if (call.connection === connection) call.lost();
    // A connection that another has taken the place of says nothing about that one.
    if (this.#session?.connection !== connection) return;
    this.#session = undefined;
    this.#options.events.onDisconnected?.();
  }

  #ring(transaction: ServerTransaction, session: UserSession): void {
    const incoming = new IncomingCall(transaction, {
      session,
      contact: this.#contactFor(transaction.request.uriText),
      accepted: (call) => {
        this.#ringing.set(call.dialog.id, incoming);
        this.#keep(call);
      },
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
    void call.ended.then(() => {
      this.#calls.delete(id);
      this.#ringing.get(id)?.acknowledged();
      this.#ringing.delete(id);
    });
  }

  #sessionOn(connection: SipConnection): UserSession {
    if (this.#session?.connection !== connection)
      this.#session = new UserSession(this.#endpoint, connection, this.#options.credentials);
    return this.#session;
  }

  #live(): UserSession {
    if (this.#session === undefined) throw new NotConnectedError(this.#options.server.name);
    return this.#session;
  }
}

const unnamedHost = 'client.invalid';
const allowed = 'INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS';
