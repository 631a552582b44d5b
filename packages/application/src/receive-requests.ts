import { addressOfRecord, createResponse, type SipRequest } from '@entente/sip';
import {
  type Answer,
  type AskedRequest,
  answerAsChosen,
  type ChosenAnswer,
  type EndpointUser,
  IncomingCall,
  type OpenCalls,
  type ServerTransaction,
  type SipConnection,
} from '@entente/sip-endpoint';
import { isOwnAddress, mayRequest, type Topology } from '@entente/topology';
import { type Application, allowedMethods } from './application.ts';
import type { ApplicationHandlers } from './application-options.ts';
import type { FrontEnds } from './front-ends.ts';
import { isRefusal, type Refusal, refuse, withDiagnostics } from './refusal.ts';
import { callerOf, type RequestSender, senderOf } from './request-sender.ts';

/** What requests are received with. */
export interface ReceivingOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly handlers: ApplicationHandlers;
  readonly calls: OpenCalls;
  readonly maxCalls: number;
  readonly maxCallsOfUser: number;
  readonly maxCallsOfDomain: number;
  readonly frontEnds: FrontEnds;
  readonly newToken: () => string;
  readonly application: () => Application;
  readonly onRefused: (request: SipRequest, refused: Refusal, connection: SipConnection) => void;
  readonly onFault: (error: unknown) => void;
}

/**
 * Takes what front ends bring. Who may send requests on which link is judged for each of them, as the front end does for ours; what is for no
 * address of this application is refused.
 */
export class ReceivedRequests implements EndpointUser {
  readonly #options: ReceivingOptions;
  /** The methods that there are handlers for, and those of calls that this application makes. */
  readonly #allow: Readonly<Record<'Allow', string>>;
  /** Calls that were made, by {@link callerOf}; those that ring here as well. */
  readonly #callsOf = new Map<string, number>();
  /** Calls that ring here, or elsewhere for their callers: each may be one of this application's own. */
  readonly #ringing = new Set<{ readonly connection: SipConnection; readonly caller: string }>();

  /** @param options - who we are, and what is done with requests */
  constructor(options: ReceivingOptions) {
    this.#options = options;
    const { onCall, onMessage } = options.handlers;
    const none = { INVITE: onCall === undefined, MESSAGE: onMessage === undefined };
    const allowed = allowedMethods.split(', ').filter((method) => none[method as 'INVITE'] !== true);
    this.#allow = { Allow: allowed.join(', ') };
  }

  onRequest(transaction: ServerTransaction, connection: SipConnection): void {
    const { calls, handlers, onFault } = this.#options;
    const { request } = transaction;
    const refused = this.#notFromFrontEnd(connection);
    if (refused !== undefined) {
      this.#refuse(transaction, connection, refused);
      return;
    }
    if (calls.receive(transaction)) return;
    const notOurs = this.#notForUs(request);
    if (notOurs !== undefined) {
      this.#refuse(transaction, connection, notOurs);
      return;
    }
    const { onCall } = handlers;
    if (request.method === 'INVITE' && onCall !== undefined) {
      this.#ring(transaction, connection, onCall.bind(handlers));
      return;
    }
    const choose = () => this.#seen(transaction, connection, this.#choose(request, connection));
    answerAsChosen(transaction, choose, {
      toTag: this.#options.newToken(),
      otherwise: request.method === 'MESSAGE' ? { status: 200 } : this.#notAllowed,
      onFault,
    });
  }

  onAck(ack: SipRequest, connection: SipConnection): void {
    if (this.#notFromFrontEnd(connection) === undefined) this.#options.calls.acknowledged(ack);
  }

  /** Nobody gives up a call whose connection is gone. */
  onClosed(connection: SipConnection): void {
    for (const ringing of this.#ringing) if (ringing.connection === connection) this.#ringsNoMore(ringing);
  }

  onFault(error: unknown): void {
    this.#options.onFault(error);
  }

  /** Under load what begins something new is refused first. */
  weigh(request: SipRequest, { ledger }: SipConnection): AskedRequest {
    const peer = addressOfRecord(request.from.uri) ?? ledger.name;
    return { urgency: request.to.tag === undefined ? 'new' : 'in-dialog', peer };
  }

  get #notAllowed(): Answer {
    return { status: 405, headers: this.#allow };
  }

  #notFromFrontEnd({ link, server }: SipConnection): Refusal | undefined {
    const { fqdn, topology } = this.#options;
    if (server === undefined)
      return refuse(
        403,
        'relay-not-allowed',
        'expected a front end, found a peer that is not a server',
        'Send the request to a front end.',
      );
    const allowed = mayRequest(topology(), { fqdn: server }, { fqdn }, link.row);
    if (allowed.ok) return undefined;
    const { message, remedy } = allowed.rejection;
    return refuse(403, 'relay-not-allowed', message, remedy);
  }

  #notForUs(request: SipRequest): Refusal | undefined {
    const { fqdn, topology } = this.#options;
    // This application has no extension that a sender could rely on (RFC 3261 §8.2.2.3).
    if (request.has('Require')) {
      const required = request.all('Require').join(', ');
      return refuse(
        420,
        'extension-not-supported',
        `Require: expected none, found ${required}`,
        'Leave Require out.',
        {
          Unsupported: required,
        },
      );
    }
    if (request.to.tag !== undefined)
      return refuse(
        481,
        'not-in-dialog',
        'expected a call of this application, found none',
        'Begin a new one.',
      );
    const address = addressOfRecord(request.uri);
    if (address !== undefined && isOwnAddress(topology(), fqdn, address)) return undefined;
    return refuse(
      404,
      'unknown-user',
      `Request-URI: expected an address of ${fqdn}, found ${request.uriText}`,
      'Check the address, or give it to the application in "users" of the topology.',
    );
  }

  #choose(request: SipRequest, { server = '' }: SipConnection): ChosenAnswer {
    const { handlers } = this.#options;
    const sender = senderOf(request, server);
    if (request.method === 'MESSAGE') {
      if (handlers.onMessage === undefined) return this.#notAllowed;
      const { contentType = 'text/plain' } = request;
      const message = {
        sender,
        from: request.from.uri.toString(),
        to: `sip:${addressOfRecord(request.uri)}`,
        text: request.bodyText,
        contentType,
        request,
      };
      return (handlers.onMessage(message) as ChosenAnswer) ?? undefined;
    }
    if (request.method === 'OPTIONS') return { status: 200, headers: this.#allow };
    // Only where this application takes no calls.
    if (request.method === 'INVITE') return this.#notAllowed;
    return handlers.onRequest?.(request, sender);
  }

  /** Counts and logs what a handler refuses. */
  #seen(transaction: ServerTransaction, connection: SipConnection, chosen: ChosenAnswer): ChosenAnswer {
    // The body of a large request is dropped once it is answered; the rest of it stays.
    const look = (answer: Answer | undefined): Answer | undefined => {
      if (!isRefusal(answer)) return answer;
      this.#options.onRefused(transaction.request, answer, connection);
      return withDiagnostics(answer, this.#options.fqdn);
    };
    return chosen instanceof Promise ? chosen.then(look) : look(chosen);
  }

  #ring(
    transaction: ServerTransaction,
    connection: SipConnection,
    onCall: (call: IncomingCall, sender: RequestSender) => void,
  ): void {
    const { application, frontEnds, maxCalls } = this.#options;
    const { calls } = this.#options;
    const { request } = transaction;
    const { server = '' } = connection;
    if (calls.size + this.#ringing.size >= maxCalls) {
      const message = `expected fewer than ${maxCalls} calls, found as many`;
      this.#refuse(
        transaction,
        connection,
        refuse(486, 'too-many-calls', message, 'Call again later, or raise maxCalls.'),
      );
      return;
    }
    const sender = senderOf(request, server);
    const caller = callerOf(request, sender, this.#options.topology());
    const crowded = this.#tooManyOf(caller, sender);
    if (crowded !== undefined) {
      this.#refuse(transaction, connection, crowded);
      return;
    }
    const own = `sip:${addressOfRecord(request.uri)}`;
    const ringing = { connection, caller };
    this.#ringing.add(ringing);
    this.#add(caller, 1);
    const incoming = new IncomingCall(transaction, {
      session: frontEnds.sessionOn(connection),
      line: application().lineOf(own, server),
      allow: allowedMethods,
      place: (to, offer, options) => application().call(own, to, offer, options),
      settled: () => this.#ringsNoMore(ringing),
      accepted: (call) => {
        calls.keep(call);
        this.#add(caller, 1);
        void call.ended.then(() => this.#add(caller, -1));
      },
    });
    incoming.takenBy((call) => onCall(call, sender));
  }

  #ringsNoMore(ringing: { readonly connection: SipConnection; readonly caller: string }): void {
    if (this.#ringing.delete(ringing)) this.#add(ringing.caller, -1);
  }

  #tooManyOf(caller: string, { address }: RequestSender): Refusal | undefined {
    const { maxCallsOfDomain, maxCallsOfUser } = this.#options;
    const [max, bound] =
      address === undefined ? [maxCallsOfDomain, 'maxCallsOfDomain'] : [maxCallsOfUser, 'maxCallsOfUser'];
    if ((this.#callsOf.get(caller) ?? 0) < max) return undefined;
    const message = `expected fewer than ${max} calls of ${caller}, found as many`;
    return refuse(486, 'too-many-calls', message, `End another call, or raise ${bound}.`);
  }

  #add(caller: string, calls: number): void {
    const left = (this.#callsOf.get(caller) ?? 0) + calls;
    if (left <= 0) this.#callsOf.delete(caller);
    else this.#callsOf.set(caller, left);
  }

  #refuse(transaction: ServerTransaction, connection: SipConnection, refused: Refusal): void {
    const { fqdn, newToken, onRefused } = this.#options;
    const { request } = transaction;
    onRefused(request, refused, connection);
    const { headers = {}, status } = withDiagnostics(refused, fqdn);
    transaction.respond(createResponse(request, status, undefined, { toTag: newToken(), headers }));
  }
}
