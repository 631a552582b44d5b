import {
  createCancel,
  createResponse,
  type SipRequest,
  type SipResponse,
  type TransactionEnd,
  type Via,
} from '@entente/sip';
import {
  type ClientTransaction,
  type ClientUser,
  type NextHop,
  type ServerTransaction,
  SipConnection,
  type SipEndpoint,
  silentUser,
  TimerWheel,
  type WheelTimer,
} from '@entente/sip-endpoint';
import {
  type Branch,
  createBranch,
  loopHash,
  ResponseContext,
  type ResponseContextSink,
  type Target,
  type TargetGroups,
} from '@entente/sip-proxy';

/** A way that does not exist, and the status it counts as: 430 where a client's connection is gone, 504 elsewhere. */
export interface NoWay {
  readonly status: number;
}

/** What a proxy decides about one request that it relays. */
export interface RelayRules<T extends Target> {
  /** Where a target leads: an open connection, a server to be dialled, or nowhere. */
  way(target: T): SipConnection | NextHop | NoWay;
  /** The request as it goes to a target. */
  build(target: T, to: SipConnection, via: Via): SipRequest;
  /** The response as it arrives from a target, before it competes with others; default unchanged. */
  arrived?(response: SipResponse, from: SipConnection): SipResponse;
  /** The response as it goes back; default unchanged. */
  answer?(response: SipResponse): SipResponse;
  /** The next hop could not be reached or was refused; the branch counts as 504. */
  onUnreachable?(target: T, error: unknown): void;
}

/** A request on its way through, with whom it came from. */
class RelayedRequest extends ResponseContext<BranchRun> {
  readonly server: ServerTransaction;
  readonly rules: RelayRules<Target>;
  /** Of the routing part, the same for every branch (RFC 5393 §4.2.1). */
  readonly hash: string;

  constructor(
    server: ServerTransaction,
    groups: TargetGroups,
    relay: Relay,
    rules: RelayRules<Target>,
    toTag: string,
  ) {
    super(server.request, groups, relay, toTag);
    this.server = server;
    this.rules = rules;
    this.hash = loopHash(server.request);
  }
}

/** One branch under way: hears what its client transaction says, and its timer. */
class BranchRun implements ClientUser {
  readonly context: ResponseContext<BranchRun>;
  readonly branch: Branch<BranchRun>;
  transaction: ClientTransaction | undefined = undefined;
  timer: WheelTimer<'C'> | undefined = undefined;
  readonly #relay: Relay;

  constructor(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>, relay: Relay) {
    this.context = context;
    this.branch = branch;
    this.#relay = relay;
  }

  onResponse(response: SipResponse, transaction: ClientTransaction): void {
    const { rules } = this.context as RelayedRequest;
    let arrived: SipResponse;
    try {
      arrived = rules.arrived?.(response, transaction.context.connection) ?? response;
    } catch (error) {
      // The transaction tells no more of it: without this the sender would wait, and what is kept for him would stay.
      if (response.status >= 200) this.context.failed(this.branch, 500);
      throw error;
    }
    this.context.receive(this.branch, arrived);
  }

  onEnd(end: TransactionEnd): void {
    if (end !== 'completed') this.context.failed(this.branch, end === 'timeout' ? 408 : 503);
  }

  wake(): void {
    this.timer = undefined;
    try {
      this.context.timerFired(this.branch);
    } catch (error) {
      this.#relay.contain(error, this.context);
    }
  }
}

/** Relays requests as a stateful proxy (RFC 3261 §16): one object for all of them. */
export class Relay implements ResponseContextSink<BranchRun> {
  readonly #endpoint: SipEndpoint;
  readonly #timers: TimerWheel<'C'>;
  #closed = false;

  /** @param endpoint on whose connections requests travel */
  constructor(endpoint: SipEndpoint, clock?: () => number) {
    this.#endpoint = endpoint;
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
   * @param server the request as it arrived
   * @param groups tried one after the other; the targets of a group at the same time
   * @param rules what the proxy decides
   */
  relay<T extends Target>(
    server: ServerTransaction,
    groups: readonly (readonly T[])[],
    rules: RelayRules<T>,
  ): void {
    const context = new RelayedRequest(
      server,
      groups,
      this,
      rules as unknown as RelayRules<Target>,
      this.#endpoint.newToken(),
    );
    const cancel = () => context.cancel();
    server.context.user = { onCancel: cancel, onEnd: (end) => void (end !== 'completed' && cancel()) };
    context.start();
  }

  // The sink of every response context.

  startBranch(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    const relayed = context as RelayedRequest;
    const { rules } = relayed;
    if (this.#closed) {
      context.failed(branch, 503);
      return;
    }
    branch.owner ??= new BranchRun(context, branch, this);
    let way: SipConnection | NextHop | NoWay;
    try {
      way = rules.way(branch.target);
    } catch (error) {
      rules.onUnreachable?.(branch.target, error);
      context.failed(branch, 500);
      return;
    }
    if (way instanceof SipConnection) this.#launch(relayed, branch, way);
    else if ('status' in way) context.failed(branch, way.status);
    else {
      const open = this.#endpoint.connected(way);
      if (open === undefined) this.#dial(relayed, branch, way);
      else this.#launch(relayed, branch, open);
    }
  }

  cancelBranch(_context: ResponseContext<BranchRun>, branch: Branch<BranchRun>): void {
    const transaction = branch.owner?.transaction;
    if (transaction === undefined) return;
    this.#endpoint.forward(createCancel(transaction.request), transaction.context.connection, silentUser);
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
    server.respond(answer);
  }

  giveUp(context: ResponseContext<BranchRun>): void {
    (context as RelayedRequest).server.abandon();
  }

  done(): void {}

  /** Tells what a rule has thrown where no transaction is above that would: after dialling, and when time is up. */
  contain(error: unknown, context: ResponseContext<BranchRun>): void {
    this.#endpoint.fault(error, (context as RelayedRequest).server.context.connection);
  }

  #dial(context: RelayedRequest, branch: Branch<BranchRun>, hop: NextHop): void {
    const reached = this.#endpoint.reach(hop).then(
      (connection) => {
        if (branch.state === 'completed') return;
        if (branch.cancelled) context.failed(branch, 487);
        else this.#launch(context, branch, connection);
      },
      (error: unknown) => {
        context.rules.onUnreachable?.(branch.target, error);
        context.failed(branch, 504);
      },
    );
    reached.catch((error: unknown) => this.contain(error, context));
  }

  #launch(context: RelayedRequest, branch: Branch<BranchRun>, connection: SipConnection): void {
    const run = branch.owner as BranchRun;
    const via = this.#endpoint.via(connection, createBranch(this.#endpoint.newToken(), context.hash));
    let request: SipRequest;
    try {
      request = context.rules.build(branch.target, connection, via);
    } catch (error) {
      // After dialling nobody above would catch it; the sender hears that this branch failed.
      context.rules.onUnreachable?.(branch.target, error);
      context.failed(branch, 500);
      return;
    }
    run.transaction = this.#endpoint.forward(request, connection, run);
  }
}
