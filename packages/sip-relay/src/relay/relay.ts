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
import type { FlowNames } from '../flow-tokens.ts';
import { withSource } from '../response-with-received.ts';
import { keepAccepted } from './accepted-call.ts';
import { AckForwarding, type AckSender } from './ack-forwarding.ts';
import { explained, isServerFailure } from './explain-failure.ts';
import type { NotSent } from './link-not-allowed.ts';
import { refuseResponse } from './refuse-response.ts';
import type { RelayOptions } from './relay-options.ts';
import type { RelayRules, Unreachable } from './relay-rules.ts';
import { type BranchOwner, BranchRun, type HopFailure, RelayedRequest } from './relayed-request.ts';

const flowFailed: Unreachable = { status: 430 };
/** No server may be dialled for a target (RFC 3261 §16.9, §21.5.5). */
const notDialled = 504;
const noServer =
  'expected a server that this one may dial, found none: look for the target in the topology, and for the links of this server';
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
const silence = {
  message: 'the device did not answer in time, over a connection that is open',
  remedy: 'check that it is switched on and runs, and that its network lets the connection pass',
};

/**
 * Relays requests as a stateful proxy: one object for all of them.
 * @see RFC 3261 §16
 */
export class Relay implements ResponseContextSink<BranchRun>, BranchOwner {
  readonly #endpoint: SipEndpoint;
  readonly #flows: FlowNames;
  readonly #onUnreachable: RelayOptions['onUnreachable'];
  readonly #explains: RelayOptions['explains'];
  readonly #onTooLarge: RelayOptions['onTooLarge'];
  readonly #timers: TimerWheel<'C'>;
  readonly #onRefused: RelayOptions['onRefused'];
  readonly #onNotSent: RelayOptions['onNotSent'];
  readonly #acks: AckForwarding;
  #closed = false;

  /** @param options - endpoint and names of connections */
  constructor(options: RelayOptions) {
    const { clock, endpoint, explains, flows, onNotSent, onRefused, onTooLarge, onUnreachable } = options;
    this.#endpoint = endpoint;
    this.#flows = flows;
    this.#onRefused = onRefused;
    this.#onNotSent = onNotSent;
    this.#onUnreachable = onUnreachable;
    this.#explains = explains;
    this.#onTooLarge = onTooLarge;
    this.#timers = new TimerWheel(clock);
    this.#acks = new AckForwarding({
      endpoint,
      onUnreachable,
      destination: (target, rules) => this.#destination(target, rules),
    });
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
   * Passes an ACK for a 2xx on: it has no transaction and gets no answer. It goes to the first target that is reached.
   * @param groups - where to
   * @param rules - what the policy decided
   * @param sender - where it counts
   */
  forwardAck(groups: TargetGroups, rules: RelayRules, sender: AckSender): void {
    if (!this.#closed) this.#acks.forward(groups, rules, sender);
  }

  // The sink of every response context.

  startBranch(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    const relayed = context as RelayedRequest;
    if (this.#closed) {
      context.failed(branch, 503);
      return;
    }
    branch.owner ??= new BranchRun(context, branch, this);
    let to: SipConnection | NextHop | Unreachable | NotSent;
    try {
      to = this.#destination(branch.target, relayed.rules);
    } catch (error) {
      this.#unreachable(relayed, branch, error);
      context.failed(branch, 500);
      return;
    }
    if (to instanceof SipConnection) this.#launch(relayed, branch, to);
    else if ('reason' in to) {
      const { nameOf } = relayed.rules;
      const name = nameOf?.call(relayed.rules, branch.target) ?? branch.target.uri;
      context.failed(branch, to.status, this.#onNotSent?.(name, to, relayed.server));
    } else if ('status' in to) {
      if (to.status === notDialled) this.#unreachable(relayed, branch, new Error(noServer));
      context.failed(branch, to.status);
    } else {
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
    if (branch.owner === undefined) return;
    branch.owner.isAbandoned = true;
    branch.owner.transaction?.abandon();
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
    const sent = withSource(explained(context as RelayedRequest, answer, this.#explains), connection);
    const problem = checkSize(sent, connection.accepts);
    if (problem === undefined) server.respond(sent);
    else this.#answerTooLarge(server, sent, problem);
  }

  awaitTargets(context: ResponseContext<BranchRun>, status: number): boolean {
    const awaited = this.#closed ? undefined : (context as RelayedRequest).rules.awaitTargets?.(status);
    if (awaited === undefined) return false;
    awaited
      .catch((error: unknown) => {
        this.contain(error, context);
        return [];
      })
      .then((groups) => context.resume(groups))
      .catch((error: unknown) => this.contain(error, context));
    return true;
  }

  giveUp(context: ResponseContext<BranchRun>): void {
    (context as RelayedRequest).server.abandon();
  }

  done(context: ResponseContext<BranchRun>): void {
    const relayed = context as RelayedRequest;
    relayed.release();
    keepAccepted(relayed, this.#endpoint);
  }

  // What branches ask for.

  refuse(run: BranchRun, response: SipResponse, refused: RequestRefusal): void {
    refuseResponse(run, response, refused, this.#endpoint, this.#onRefused);
  }

  lost({ branch, context, hop }: BranchRun, failure: HopFailure): void {
    // Without a relay everything is lost.
    if (this.#closed) return;
    if (hop === undefined) {
      // A client whose connection is gone is the subject of other lines. Of one that keeps it and is silent nothing else is said.
      if (failure === 'silent') this.#silentDevice(context as RelayedRequest, branch);
      return;
    }
    this.#unreachable(context as RelayedRequest, branch, new Error(`${hop.name}: ${failures[failure]}`), hop);
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
  #destination(target: Target, rules: RelayRules): SipConnection | NextHop | Unreachable | NotSent {
    if (target.flow === undefined) return rules.nextHop(target);
    const refused = rules.refusesFlow?.(target);
    if (refused !== undefined) return refused;
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

  /**
   * The request is answered as before: what a device does is not the failure of a server. The device is called by its address, because an edge has one
   * name for all of them.
   */
  #silentDevice({ server }: RelayedRequest, { target }: Branch<BranchRun>): void {
    const error = Object.assign(new Error(silence.message), { remedy: silence.remedy });
    this.#onUnreachable?.(target.uri, error, undefined, server.request);
  }

  #unreachable(relayed: RelayedRequest, { target }: Branch<BranchRun>, error: unknown, hop?: NextHop): void {
    const { rules, server } = relayed;
    relayed.wasUnreachable = true;
    this.#onUnreachable?.(rules.nameOf?.(target) ?? target.uri, error, hop, server.request);
  }

  #dial(context: RelayedRequest, branch: Branch<BranchRun>, hop: NextHop): void {
    const reached = this.#reach(context, hop).then(
      (connection) => this.#launchLate(context, branch, connection),
      (error: unknown) => {
        this.#unreachable(context, branch, error, hop);
        context.failed(branch, notDialled);
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
    let request: SipRequest | RequestRefusal;
    try {
      request = context.rules.build(branch.target, via);
    } catch (error) {
      // After dialling nothing above would catch it; the sender hears that this branch failed.
      this.#unreachable(context, branch, error);
      context.failed(branch, 500);
      return;
    }
    if ('reason' in request) {
      // It is the sender's doing: nothing is said of the next hop, which has not failed.
      this.#onRefused?.(context.request, request, context.server.context.connection);
      context.failed(branch, request.status);
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

/** In it counts what becomes of a request. */
function ledgerOf({ server }: RelayedRequest): Account {
  return server.context.ledger ?? server.context.connection.ledger;
}
