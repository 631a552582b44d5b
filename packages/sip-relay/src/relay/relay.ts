import {
  checkSize,
  createCancel,
  createResponse,
  type SipProblem,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import {
  type Account,
  type ClientTransaction,
  type NextHop,
  type ServerTransaction,
  SipConnection,
  type SipEndpoint,
  silentUser,
  TimerWheel,
} from '@entente/sip-endpoint';
import {
  type Branch,
  createBranch,
  type RequestRefusal,
  type ResponseContext,
  type ResponseContextSink,
  refusal,
  type Target,
  type TargetGroups,
} from '@entente/sip-proxy';
import type { FlowNames } from '../flow-names.ts';
import { withSource } from '../with-source.ts';
import { type OnRefused, refuseResponse } from './refuse-response.ts';
import type { RelayRules, Unreachable } from './relay-rules.ts';
import { type BranchOwner, BranchRun, type HopFailure, RelayedRequest } from './relayed-request.ts';

/** What a {@link Relay} needs. */
export interface RelayOptions {
  /** On whose connections requests travel. */
  readonly endpoint: SipEndpoint;
  /** Names of client connections, as targets have them. */
  readonly flows: FlowNames;
  /** The next hop could not be reached or was refused (the branch counts as 504), or the request could not be written for it (500). */
  readonly onUnreachable?: (name: string, error: unknown, hop: NextHop | undefined) => void;
  /** A request, or the response to it, exceeds what the next hop accepts once it is written for it: it is not sent. */
  readonly onTooLarge?: (server: ServerTransaction, problem: SipProblem) => void;
  /** A response did not go on: see `RelayRules.refuses`. Or a request, because its next hop takes too little (the branch counts as 503). */
  readonly onRefused?: OnRefused;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: (() => number) | undefined;
}

/** Where an ACK counts while its next hop is dialled, and how much it is. */
export interface AckSender {
  readonly ledger: Account;
  readonly bytes: number;
}

const flowFailed: Unreachable = { status: 430 };
/** A request that a hop would refuse because of what we add to it (RFC 3261 §21.5.7). */
const messageTooLarge = 513;
/** A response that its receiver would refuse (RFC 3261 §21.5.3). */
const badGateway = 502;
const takesTooLittle = refusal(
  'no-room',
  503,
  'expected a next hop that takes what is sent to it, found one for which too much waits already',
  'Look for a peer that has stopped reading, or for a network that loses bytes.',
);
/** Places of a hop that one request goes to. */
const maxPlaces = 4;
const failures: Readonly<Record<HopFailure, string>> = {
  unavailable: 'it answered 503',
  'connection-lost': 'the connection was lost before it answered',
  silent: 'it did not answer in time',
};

/**
 * Relays requests as a stateful proxy: one object for all of them.
 * @see RFC 3261 §16
 */
export class Relay implements ResponseContextSink<BranchRun>, BranchOwner {
  readonly #endpoint: SipEndpoint;
  readonly #flows: FlowNames;
  readonly #onUnreachable: RelayOptions['onUnreachable'];
  readonly #onTooLarge: RelayOptions['onTooLarge'];
  readonly #timers: TimerWheel<'C'>;
  readonly #onRefused: RelayOptions['onRefused'];
  #closed = false;

  /** @param options - endpoint and names of connections */
  constructor({ clock, endpoint, flows, onRefused, onTooLarge, onUnreachable }: RelayOptions) {
    this.#endpoint = endpoint;
    this.#flows = flows;
    this.#onRefused = onRefused;
    this.#onUnreachable = onUnreachable;
    this.#onTooLarge = onTooLarge;
    this.#timers = new TimerWheel(clock);
  }

  /** Branches whose time is counted. */
  get timers(): number {
    return this.#timers.size;
  }

  /** No branch begins any more, and none is woken. Call it before the connections are closed. */
  close(): void {
    this.#closed = true;
    this.#timers.clear();
  }

  /**
   * Relays a request to its targets and answers it.
   * @param server - the request as it arrived
   * @param groups - tried one after the other; the targets of a group at the same time
   * @param rules - what the policy decided
   */
  relay(server: ServerTransaction, groups: TargetGroups, rules: RelayRules): void {
    const context = new RelayedRequest(server, groups, this, rules, this.#endpoint.newToken);
    server.context.user = context;
    context.start();
  }

  /**
   * Passes an ACK for a 2xx on: it has no transaction and gets no answer.
   * @param target - where to
   * @param rules - what the policy decided
   * @param sender - where it counts
   */
  forwardAck(target: Target, rules: RelayRules, sender: AckSender): void {
    const to = this.#destination(target, rules);
    if ('status' in to) return;
    const open = to instanceof SipConnection ? to : this.#endpoint.connected(to);
    if (open !== undefined) this.#sendAck(target, rules, open, sender);
    else if (!this.#closed && !(to instanceof SipConnection)) {
      const { bytes, ledger } = sender;
      if (!ledger.take(bytes, 0)) return;
      // The connection of the dialog has closed meanwhile; without its ACK the callee would end the call.
      this.#endpoint
        .reach(to)
        .finally(() => ledger.release(bytes, 0))
        .then((connection) => this.#sendAck(target, rules, connection, sender))
        // What the rules throw too: nothing is above that would contain it.
        .catch((error: unknown) => this.#onUnreachable?.(rules.nameOf?.(target) ?? target.uri, error, to));
    }
  }

  #sendAck(target: Target, rules: RelayRules, connection: SipConnection, { ledger }: AckSender): void {
    const ack = rules.build(target, this.#endpoint.via(connection));
    if (checkSize(ack, connection.accepts) === undefined) connection.send(ack, ledger);
  }

  // The sink of every response context.

  startBranch(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    const relayed = context as RelayedRequest;
    if (this.#closed) {
      context.failed(branch, 503);
      return;
    }
    branch.owner ??= new BranchRun(context, branch, this);
    let to: SipConnection | NextHop | Unreachable;
    try {
      to = this.#destination(branch.target, relayed.rules);
    } catch (error) {
      this.#unreachable(relayed, branch, error);
      context.failed(branch, 500);
      return;
    }
    if (to instanceof SipConnection) this.#launch(relayed, branch, to);
    else if ('status' in to) context.failed(branch, to.status);
    else {
      branch.owner.hop = to;
      const open = this.#endpoint.connected(to);
      if (open === undefined) this.#dial(relayed, branch, to);
      else this.#launch(relayed, branch, open);
    }
  }

  cancelBranch(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    const transaction = branch.owner?.transaction;
    if (transaction === undefined) return;
    const { connection } = transaction.context;
    const cancel = createCancel(transaction.request);
    this.#endpoint.forward(cancel, connection, silentUser, ledgerOf(context as RelayedRequest));
  }

  startTimer(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>, afterMs: number): void {
    if (this.#closed) return;
    branch.owner ??= new BranchRun(context, branch, this);
    this.stopTimer(context, branch);
    branch.owner.timer = this.#timers.schedule(afterMs, branch.owner, 'C');
  }

  stopTimer(_context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    const run = branch.owner;
    if (run?.timer === undefined) return;
    this.#timers.cancel(run.timer);
    run.timer = undefined;
  }

  abandonBranch(_context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    branch.owner?.transaction?.abandon();
  }

  respond(context: ResponseContext<BranchRun>, response: SipResponse): void {
    const { rules, server } = context as RelayedRequest;
    let answer: SipResponse;
    try {
      answer = rules.answer?.(response) ?? response;
    } catch (error) {
      const toTag = this.#endpoint.newToken();
      if (response.status >= 200) server.respond(createResponse(server.request, 500, undefined, { toTag }));
      throw error;
    }
    const { connection } = server.context;
    if (isServerFailure(answer.status)) connection.failed(server.request);
    const sent = withSource(answer, connection);
    const problem = checkSize(sent, connection.accepts);
    if (problem === undefined) server.respond(sent);
    else this.#answerTooLarge(server, sent, problem);
  }

  giveUp(context: ResponseContext<BranchRun>): void {
    (context as RelayedRequest).server.abandon();
  }

  done(context: ResponseContext<BranchRun>): void {
    (context as RelayedRequest).release();
  }

  // What branches ask for.

  refuse(run: BranchRun, response: SipResponse, refused: RequestRefusal): void {
    refuseResponse(run, response, refused, this.#endpoint, this.#onRefused);
  }

  contain(error: unknown, context: ResponseContext<BranchRun>): void {
    this.#endpoint.fault(error, (context as RelayedRequest).server.context.connection);
  }

  /**
   * A new transaction with a new branch parameter at another place of the hop (RFC 3263 §4.3). After timer F no other place is asked: the
   * sender's own timer has fired by then, and an answer would reach nobody (RFC 4320 §1.2); but the requests that follow go elsewhere.
   */
  tryElsewhere(
    run: BranchRun,
    { context: { connection } }: ClientTransaction,
    failure: HopFailure,
    otherwise: () => void,
  ): boolean {
    const { branch, context, hop } = run;
    if (this.#closed || hop === undefined || branch.state === 'completed') return false;
    if (!this.#endpoint.suspect(connection, new Error(`${hop.name}: ${failures[failure]}`))) return false;
    if (branch.cancelled || (failure === 'silent' && context.request.method !== 'INVITE')) return false;
    run.tried ??= new Set();
    if (run.tried.size + 1 === maxPlaces) return false;
    run.tried.add(connection);
    branch.state = 'calling';
    const reached = this.#reach(context as RelayedRequest, hop, run.tried).then(
      (other) => this.#launchLate(context as RelayedRequest, branch, other),
      otherwise,
    );
    reached.catch((fault: unknown) => this.contain(fault, context));
    return true;
  }

  /** A flow that is gone counts as 430 (RFC 5626 §11.5), a server that may not be dialled as what the rules say. */
  #destination(target: Target, rules: RelayRules): SipConnection | NextHop | Unreachable {
    if (target.flow === undefined) return rules.nextHop(target);
    const id = this.#flows.idOf(target.flow);
    return (id === undefined ? undefined : this.#endpoint.flow(id)) ?? flowFailed;
  }

  /** The sender must hear of an end; of what happens before it, need not. */
  #answerTooLarge(server: ServerTransaction, { status }: SipResponse, problem: SipProblem): void {
    this.#onTooLarge?.(server, problem);
    if (status < 200) return;
    const toTag = this.#endpoint.newToken();
    server.respond(
      withSource(createResponse(server.request, badGateway, undefined, { toTag }), server.context.connection),
    );
  }

  #unreachable(
    { rules }: RelayedRequest,
    { target }: Branch<BranchRun>,
    error: unknown,
    hop?: NextHop,
  ): void {
    this.#onUnreachable?.(rules.nameOf?.(target) ?? target.uri, error, hop);
  }

  #dial(context: RelayedRequest, branch: Branch<BranchRun>, hop: NextHop): void {
    const reached = this.#reach(context, hop).then(
      (connection) => this.#launchLate(context, branch, connection),
      (error: unknown) => {
        this.#unreachable(context, branch, error, hop);
        context.failed(branch, 504);
      },
    );
    // After dialling no transaction is above that would report what a rule throws.
    reached.catch((error: unknown) => this.contain(error, context));
  }

  /** Another branch may be answered before the hop is reached: from then on nothing else counts the body that waits for it. */
  #reach(context: RelayedRequest, hop: NextHop, tried?: ReadonlySet<SipConnection>): Promise<SipConnection> {
    const reached = this.#endpoint.reach(hop, tried);
    const bytes = context.request.droppableBytes;
    if (bytes === 0) return reached;
    const ledger = ledgerOf(context);
    ledger.add(bytes, 0);
    return reached.finally(() => ledger.release(bytes, 0));
  }

  #launchLate(context: RelayedRequest, branch: Branch<BranchRun>, connection: SipConnection): void {
    if (branch.state === 'completed') return;
    if (branch.cancelled) context.failed(branch, 487);
    else this.#launch(context, branch, connection);
  }

  #launch(context: RelayedRequest, branch: Branch<BranchRun>, connection: SipConnection): void {
    const run = branch.owner as BranchRun;
    const via = this.#endpoint.via(
      connection,
      createBranch(this.#endpoint.newBranch(connection), context.hash),
    );
    let request: SipRequest;
    try {
      request = context.rules.build(branch.target, via);
    } catch (error) {
      // After dialling nothing above would catch it; the sender hears that this branch failed.
      this.#unreachable(context, branch, error);
      context.failed(branch, 500);
      return;
    }
    const problem = checkSize(request, connection.accepts);
    if (problem !== undefined) {
      this.#onTooLarge?.(context.server, problem);
      context.failed(branch, messageTooLarge);
      return;
    }
    const ledger = ledgerOf(context);
    // A hop that takes too little has not failed: the requests of others still go there.
    if (connection.takes(request, ledger))
      run.transaction = this.#endpoint.forward(request, connection, run, ledger);
    else {
      this.#onRefused?.(request, takesTooLittle, connection);
      context.failed(branch, 503);
    }
  }
}

/** RFC 3261 §21.5; an answer of §21.6 is the decision of a person. */
function isServerFailure(status: number): boolean {
  return status >= 500 && status < 600;
}

/** In it counts what becomes of a request. */
function ledgerOf({ server }: RelayedRequest): Account {
  return server.context.ledger ?? server.context.connection.ledger;
}
