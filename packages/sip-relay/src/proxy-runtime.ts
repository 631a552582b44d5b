import type { TLSSocket } from 'node:tls';
import {
  createResponse,
  defaultTimings,
  type MessageFault,
  type SipRequest,
  type SipResponse,
  SipSyntaxError,
} from '@entente/sip';
import {
  type ConnectionLink,
  type DrainOptions,
  type EndpointUser,
  monotonicNow,
  type NextHop,
  type NotTakenRequest,
  type ServerTransaction,
  type SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import {
  type RefusalReason,
  type RequestRefusal,
  responseForRefusal,
  validateRequest,
} from '@entente/sip-proxy';
import type { Log } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { requestPriority, weighAtAGlance } from './admission/request-priority.ts';
import { type EndpointParts, endpointParts } from './endpoint-parts.ts';
import type { FlowNames } from './flow-tokens.ts';
import { LivenessProbes } from './liveness/liveness-probes.ts';
import { logGivenUp, logHeldUp, logMessageFault, logRequestRefusal } from './log/connection-log.ts';
import { logMalformed, malformedReason } from './log/malformed-log.ts';
import { logNotSent, logUnreachable } from './log/unreachable-log.ts';
import type { ProxyCounts } from './metrics/proxy-metrics.ts';
import { notTaken, senderHasNoRoom, tooLarge } from './not-taken.ts';
import { PendingDecision } from './pending-decision.ts';
import type { ProxyDecision, ProxyPolicy, RequestOrigin } from './proxy-policy.ts';
import type { NotSent } from './relay/link-not-allowed.ts';
import { Relay } from './relay/relay.ts';
import { withSource } from './response-with-received.ts';

/** What a proxy runtime is made of. */
export interface ProxyRuntimeOptions<Sender extends object> extends EndpointParts {
  /** Decides who sends each request, and what becomes of it. */
  readonly policy: ProxyPolicy<Sender>;
  /** Names of client connections; the policy writes them into tokens and targets. */
  readonly flows: FlowNames;
  /** Whether a Via with this host is one that a request gets here, so that the request is in a loop (RFC 5393 §4.2.2). */
  readonly isOurVia: (host: string) => boolean;
  /** Receives what is worth a line: links, refusals, and faults of peers and of this program. */
  readonly log: Log;
  /**
   * FQDN of this server where its peers belong to the organisation: refusals to servers of ours and to users who have authenticated
   * then carry `Entente-Diagnostics` with the reason. Any other refusal is its status alone.
   */
  readonly diagnosticsFrom?: string;
  /** Whether a server at the other end of a link gets no `Entente-Diagnostics`, because it is not to learn of those inside; default: every one gets them. */
  readonly isToldNothing?: (link: SipConnection['link']) => boolean;
  /** The runtimes of the other sides of this server, by the names that decisions use; asked when a request leaves by one. */
  readonly sides?: Readonly<Record<string, () => ProxyRuntime<object>>>;
}

/** Number of the Entente-Diagnostics header for a request that was refused. */
const requestRefused = 1000;
/**
 * 100 is due after 200 ms (RFC 3261 §17.2.1), and timers are late by up to 50. Where something else comes before, a message and a write are
 * saved for each call.
 */
const timings = { ...defaultTimings, tryingAfterMs: 150 };

/**
 * The proxy that every SIP server of the network runs: it owns the endpoint of one side, asks its policy about each request, and does
 * what the policy decides. A server with two sides, as an edge is, has two.
 * @see RFC 3261 §16
 */
export class ProxyRuntime<Sender extends object = object> implements AsyncDisposable {
  readonly #options: ProxyRuntimeOptions<Sender>;
  readonly #endpoint: SipEndpoint;
  readonly #relay: Relay;
  readonly #own: LivenessProbes;
  readonly #refusals = new RefusalLimit(monotonicNow);
  readonly #unreachable = new RefusalLimit(monotonicNow);
  readonly #refusedUnderLoad = new RefusalLimit(monotonicNow);
  readonly #refused = new Map<RefusalReason, number>();
  readonly #validation: { readonly isOurVia: (host: string) => boolean };

  /** @param options - who we are, who decides, how to dial, where lines go */
  constructor(options: ProxyRuntimeOptions<Sender>) {
    const { clock, flows, isOurVia, log } = options;
    this.#options = options;
    this.#validation = { isOurVia };
    this.#endpoint = new SipEndpoint({ ...endpointParts(options), timings, user: this.#user() });
    this.#own = new LivenessProbes(this.#endpoint);
    this.#relay = new Relay({
      endpoint: this.#endpoint,
      flows,
      clock,
      explains: (connection) => this.#diagnosticsFor(connection, 'unreachable'),
      // Its sender hears the status from the relay.
      onTooLarge: ({ context, request }, problem) =>
        this.#logRefusal(request, tooLarge(problem), context.connection),
      onRefused: (request, refused, connection) => this.#logRefusal(request, refused, connection),
      onNotSent: (name, refused, transaction) => this.#notSent(name, refused, transaction),
      onUnreachable: (name, error, hop, request) =>
        logUnreachable(log, this.#unreachable, { name, error, hop, request }),
    });
  }

  /**
   * Speaks SIP on an accepted socket.
   * @param socket - admitted by `serve` of `@entente/tls`
   * @param link - the link it was admitted on
   */
  accept(socket: TLSSocket, link: ConnectionLink): SipConnection {
    return this.#endpoint.accept(socket, link);
  }

  /** What it has counted so far. */
  get counts(): ProxyCounts {
    const { counts: traffic, transactions } = this.#endpoint;
    return { traffic, transactions, refused: this.#refused };
  }

  /**
   * Sends a request of this server itself to another one of ours, which is dialled at once even where that failed a moment ago.
   * @param request - without our Via
   * @param hop - where the server is
   * @returns its final response
   * @throws what the dialling failed of; `NoAnswerError` where no answer comes within two seconds
   */
  ask(request: SipRequest, hop: NextHop): Promise<SipResponse> {
    return this.#own.ask(request, hop);
  }

  /**
   * Asks another server of ours by a keep-alive whether it is there; it is dialled at once even where that failed a moment ago.
   * @param hop - where the server is
   * @returns false where no answer comes within a second
   * @throws what the dialling failed of
   */
  isThere(hop: NextHop): Promise<boolean> {
    return this.#own.isThere(hop);
  }

  /** The connection that a policy knows as `origin`, if it is still open. */
  connectionOf(origin: RequestOrigin): SipConnection | undefined {
    return this.#endpoint.flow(origin.id);
  }

  /**
   * Closes connections by and by, each when nothing is under way on it: clients first, a few at a time, then servers. What comes before that
   * is served. Stop listening first, and dispose of the runtime afterwards.
   * @param options - time limit, and the other sides that servers are kept for
   * @returns true when no connection is open any more, false when the time was over before
   */
  drain(options: DrainOptions): Promise<boolean> {
    return this.#endpoint.drain(options);
  }

  /** Closes every connection; what was under way ends without an answer. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#endpoint[Symbol.asyncDispose]();
  }

  #user(): EndpointUser {
    const { log, policy } = this.#options;
    return {
      onRequest: (transaction, connection) => this.#onRequest(transaction, connection),
      onAck: (ack, connection) => this.#onAck(ack, connection),
      onClosed: (connection) => this.#onClosed(connection),
      onPong: (connection) => this.#own.onPong(connection),
      onNotTaken: (why, request, connection) => this.#logRefusal(request, notTaken[why], connection),
      onMalformed: (fault, connection) => this.#logMalformed(fault, connection),
      weigh: (request, connection) => requestPriority(request, connection, policy),
      weighAtAGlance,
      onHeldUp: (why, connection) => logHeldUp(log, this.#refusals, why, connection),
      onGivenUp: (why, connection) => logGivenUp(log, this.#refusals, why, connection),
      onFault: (error, connection) => logMessageFault(log, this.#refusals, error, connection),
      onDisposing: () => this.#relay.close(),
    };
  }

  #onRequest(transaction: ServerTransaction, connection: SipConnection): void {
    const { request } = transaction;
    const sender = this.#admit(request, connection);
    if ('reason' in sender) {
      this.#refuse(transaction, connection, sender);
      return;
    }
    if (!this.#leavesRoom(transaction, connection, sender)) return;
    const decision = this.#options.policy.decide(request, sender);
    if (decision instanceof Promise) this.#await(decision, transaction, connection);
    else this.#carryOut(decision, transaction, connection);
  }

  #onClosed(connection: SipConnection): void {
    this.#own.onClosed(connection);
    this.#options.policy.onClosed?.(connection);
  }

  /** Many share the connection of a server: a sender who has taken too much of it is refused, and the others are served. */
  #leavesRoom(transaction: ServerTransaction, connection: SipConnection, sender: Sender): boolean {
    const { policy } = this.#options;
    const { request } = transaction;
    const name = policy.onBehalfOf?.(request, sender);
    if (name === undefined || this.#endpoint.countFor(transaction, name)) return true;
    this.#logRefusal(request, senderHasNoRoom, connection);
    this.#respond(transaction, senderHasNoRoom.status);
    return false;
  }

  #onAck(ack: SipRequest, connection: SipConnection): void {
    const sender = this.#admit(ack, connection);
    if ('reason' in sender) {
      // No answer says so; who sends it all the same costs no less than with a request.
      connection.refusedAtOnce(false);
      return;
    }
    const decision = this.#options.policy.decide(ack, sender);
    if (decision instanceof Promise) {
      decision
        .then((late) => this.#passAckOn(late, ack, connection))
        .catch((error) => this.#endpoint.fault(error, connection));
    } else this.#passAckOn(decision, ack, connection);
  }

  #admit(request: SipRequest, connection: SipConnection): Sender | RequestRefusal {
    const sender =
      validateRequest(request, this.#validation) ?? this.#options.policy.admit(request, connection);
    if (!connection.isProven) for (const user of connection.users.keys()) connection.prove(user);
    return sender;
  }

  #passAckOn(decision: ProxyDecision, ack: SipRequest, connection: SipConnection): void {
    // An ACK has no answer that could say why it was dropped.
    if (decision.kind === 'refuse') {
      this.#logRefusal(ack, decision.refusal, connection);
      connection.refusedAtOnce(false);
    }
    if (decision.kind !== 'relay') return;
    const bytes = ack.headerWire.length + ack.droppableBytes;
    const sender = { ledger: connection.ledger, bytes };
    this.#relayOf(decision.side).forwardAck(decision.targets, decision.rules, sender);
  }

  #carryOut(decision: ProxyDecision, transaction: ServerTransaction, connection: SipConnection): void {
    switch (decision.kind) {
      case 'refuse':
        this.#refuse(transaction, connection, decision.refusal);
        break;
      case 'serve':
        transaction.respond(withSource(decision.response, connection));
        break;
      case 'relay':
        this.#relayOf(decision.side).relay(transaction, decision.targets, decision.rules);
    }
  }

  #await(decision: Promise<ProxyDecision>, transaction: ServerTransaction, connection: SipConnection): void {
    const pending = new PendingDecision();
    transaction.context.user = pending;
    decision
      .then((late) => {
        if (pending.isOver) return;
        if (pending.isCancelled) this.#respond(transaction, 487);
        else this.#carryOut(late, transaction, connection);
      })
      .catch((error: unknown) => {
        this.#endpoint.fault(error, connection);
        if (!pending.isOver) this.#respond(transaction, error instanceof SipSyntaxError ? 400 : 500);
      });
  }

  #respond(transaction: ServerTransaction, status: number): void {
    const toTag = this.#endpoint.newToken();
    const response = createResponse(transaction.request, status, undefined, { toTag });
    this.#endpoint.refuse(transaction, withSource(response, transaction.context.connection));
  }

  #refuse(transaction: ServerTransaction, connection: SipConnection, refused: RequestRefusal): void {
    const { request } = transaction;
    this.#logRefusal(request, refused, connection);
    const shown = { ...refused, headers: this.#headersOf(refused, connection) };
    const response = responseForRefusal(request, shown, this.#endpoint.newToken());
    this.#endpoint.refuse(transaction, withSource(response, connection));
  }

  /** The reason for a peer that may know it: an unknown peer learns the status and nothing else. */
  #diagnosticsFor(
    { link, server, users }: SipConnection,
    reason: RefusalReason,
  ): readonly [name: string, value: string] | undefined {
    const { diagnosticsFrom, isToldNothing } = this.#options;
    const isKnown = server !== undefined || users.size > 0;
    if (diagnosticsFrom === undefined || !isKnown || isToldNothing?.(link) === true) return undefined;
    return ['Entente-Diagnostics', `${requestRefused};reason="${reason}";source="${diagnosticsFrom}"`];
  }

  /** Of the answer with a refusal. */
  #headersOf(refused: RequestRefusal, connection: SipConnection): RequestRefusal['headers'] {
    const why = this.#diagnosticsFor(connection, refused.reason);
    return why === undefined ? refused.headers : [...refused.headers, why];
  }

  /** What the topology does not let this server send is the subject of a line about its target, and of the answer to its sender. */
  #notSent(
    name: string,
    refused: NotSent,
    { context, request }: ServerTransaction,
  ): RequestRefusal['headers'] {
    this.#count(refused);
    logNotSent(this.#options.log, this.#unreachable, name, refused, request);
    return this.#headersOf(refused, context.connection);
  }

  #logRefusal(request: NotTakenRequest, refused: RequestRefusal, connection: SipConnection): void {
    this.#count(refused);
    const limit = refused.reason === 'overloaded' ? this.#refusedUnderLoad : this.#refusals;
    logRequestRefusal(this.#options.log, limit, request, refused, connection);
  }

  #logMalformed(fault: MessageFault, connection: SipConnection): void {
    if (fault.response !== undefined) this.#count({ reason: malformedReason(fault) });
    logMalformed(this.#options.log, this.#refusals, fault, connection);
  }

  #count({ reason }: Pick<RequestRefusal, 'reason'>): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  #relayOf(side: string | undefined): Relay {
    if (side === undefined) return this.#relay;
    const other = this.#options.sides?.[side];
    if (other === undefined)
      throw new TypeError(`decision: expected one of the sides of this server, found ${side}`);
    return other().#relay;
  }
}
