import type { SipRequest, SipResponse, TransactionEnd } from '@entente/sip';
import type {
  Account,
  ClientTransaction,
  ClientUser,
  NextHop,
  ServerTransaction,
  ServerUser,
  SipConnection,
  WheelTimer,
} from '@entente/sip-endpoint';
import {
  type Branch,
  loopHash,
  type RequestRefusal,
  ResponseContext,
  type ResponseContextSink,
  type TargetGroups,
} from '@entente/sip-proxy';
import { recordedIn } from './end-of-call.ts';
import { PassedTags } from './forwarded-to-tags.ts';
import type { RelayRules } from './relay-rules.ts';

/** A request under way, with its sender's transaction. */
export class RelayedRequest extends ResponseContext<BranchRun> implements ServerUser {
  readonly server: ServerTransaction;
  readonly rules: RelayRules;
  /** Of the routing part, the same for every branch (RFC 5393 §4.2.1). */
  readonly hash: string;
  /** Whether a server that it was for was not reached, or has not answered. */
  wasUnreachable = false;
  /** Bytes of failures that wait for the other branches. */
  #kept = 0;

  constructor(
    server: ServerTransaction,
    groups: TargetGroups,
    sink: ResponseContextSink<BranchRun>,
    rules: RelayRules,
    newTag: () => string,
  ) {
    super(server.request, groups, sink, newTag);
    this.server = server;
    this.rules = rules;
    this.hash = loopHash(server.request);
  }

  onCancel(): void {
    this.cancel();
  }

  onEnd(end: TransactionEnd): void {
    if (end !== 'completed') this.cancel();
  }

  /**
   * Counts a failure that waits until it is known to be the best one.
   * @returns whether its sender has room for it
   */
  keeps({ droppableBytes }: SipResponse): boolean {
    if (droppableBytes === 0) return true;
    if (!this.#ledger.take(droppableBytes, 0)) return false;
    this.#kept += droppableBytes;
    return true;
  }

  /** Nothing waits any more. */
  release(): void {
    if (this.#kept > 0) this.#ledger.release(this.#kept, 0);
    this.#kept = 0;
  }

  get #ledger(): Account {
    return this.server.context.ledger ?? this.server.context.connection.ledger;
  }
}

/** How a next hop fails a request: it answers 503, the connection breaks, or nothing comes at all (RFC 3263 §4.3). */
export type HopFailure = 'unavailable' | 'connection-lost' | 'silent';

/** Who carries branches out. */
export interface BranchOwner {
  /** Something was thrown where no transaction is above. */
  contain(error: unknown, context: ResponseContext<BranchRun>): void;
  /**
   * The server that a branch went to has failed it: sends it to another place of the same hop, if there is one.
   * @param run - the branch
   * @param transaction - its client transaction, in which nothing more is to come
   * @param failure - how it was failed
   * @param otherwise - called where no other place is reached
   * @returns false where there is none, and `otherwise` is not called
   */
  tryElsewhere(
    run: BranchRun,
    transaction: ClientTransaction,
    failure: HopFailure,
    otherwise: () => void,
  ): boolean;
  /** The server that a branch went to has failed it, and it goes nowhere else. */
  lost(run: BranchRun, failure: HopFailure): void;
  /** A response must not go on, nor any that comes after it. */
  refuse(run: BranchRun, response: SipResponse, refused: RequestRefusal): void;
}

/** One branch under way: hears what its client transaction says, and its timer. */
export class BranchRun implements ClientUser {
  readonly context: ResponseContext<BranchRun>;
  readonly branch: Branch<BranchRun>;
  transaction: ClientTransaction | undefined = undefined;
  timer: WheelTimer<'C'> | undefined = undefined;
  /** Where it goes, if that is a server that may be at several places. */
  hop: NextHop | undefined = undefined;
  /** The connections over which it went and failed. */
  tried: Set<SipConnection> | undefined = undefined;
  /** Why no response of this branch goes on but of devices that have passed: one behind it has sent what may not, and its others are not known. */
  refused: RequestRefusal | undefined = undefined;
  /** Devices behind it that have accepted, and whose answers went back. */
  passed: PassedTags | undefined = undefined;
  /** Values of Record-Route in an INVITE whose text was dropped, because it is accepted. */
  recorded: number | undefined = undefined;
  /** Whether its context waits no more: what it counts as has been decided there (RFC 3261 §16.8), and is not that it could not be sent. */
  isAbandoned = false;
  /** Tags of devices whose call was ended. */
  ended: Set<string> | undefined = undefined;
  readonly #owner: BranchOwner;

  constructor(context: ResponseContext<BranchRun>, branch: Branch<BranchRun>, owner: BranchOwner) {
    this.context = context;
    this.branch = branch;
    this.#owner = owner;
  }

  onResponse(response: SipResponse, transaction: ClientTransaction): void {
    if (this.#isLeft(transaction)) return;
    // Only the next hop itself says 503; what a server behind it said has become 500 (RFC 3261 §16.7 step 6).
    if (
      response.status !== 503 ||
      !this.#tryElsewhere(transaction, 'unavailable', () => this.#receive(response))
    )
      this.#receive(response);
    if (response.status >= 200 && response.status < 300 && transaction.state !== 'terminated')
      this.#dropText(transaction.request);
  }

  onEnd(end: TransactionEnd, transaction: ClientTransaction): void {
    if (end === 'completed' || this.isAbandoned || this.#isLeft(transaction)) return;
    const failure = this.#failureOf(end);
    const failed = () => {
      if (failure !== undefined) this.#owner.lost(this, failure);
      this.context.failed(this.branch, end === 'timeout' ? 408 : 503);
    };
    if (failure === undefined || !this.#tryElsewhere(transaction, failure, failed)) failed();
  }

  wake(): void {
    this.timer = undefined;
    try {
      this.context.timerFired(this.branch);
    } catch (error) {
      this.#owner.contain(error, this.context);
    }
  }

  #receive(response: SipResponse): void {
    const relayed = this.context as RelayedRequest;
    const { rules } = relayed;
    let arrived: SipResponse;
    try {
      if (response.status < 300) {
        const refused = rules.refuses?.(response, this.branch.target);
        this.refused ??= refused;
        if (
          this.refused !== undefined &&
          (refused !== undefined || this.passed?.has(response.to.tag) !== true)
        ) {
          this.#owner.refuse(this, response, this.refused);
          return;
        }
      }
      arrived = rules.arrived?.(response, this.branch.target) ?? response;
    } catch (error) {
      // No further event follows for this transaction: without this the sender would wait, and its state would stay.
      if (response.status >= 200) this.context.failed(this.branch, 500);
      throw error;
    }
    if (response.isSuccess && relayed.request.method === 'INVITE') {
      this.passed ??= new PassedTags();
      this.passed.add(response.to.tag);
    }
    if (response.status >= 300 && !relayed.keeps(arrived)) relayed.failed(this.branch, 500);
    else relayed.receive(this.branch, arrived);
  }

  /**
   * What was sent on stays for 32 s once it is accepted, for the 2xx of other devices. It is not sent again, and no CANCEL or ACK is made
   * of it; of one in a dialog, an end of the call that must not go on may be.
   */
  #dropText(sent: SipRequest): void {
    if (sent.method !== 'INVITE' || this.recorded !== undefined || sent.to.tag !== undefined) return;
    this.recorded = recordedIn(sent);
    sent.dropText();
  }

  #failureOf(end: TransactionEnd): HopFailure | undefined {
    if (end === 'transport-error') return 'connection-lost';
    return end === 'timeout' && this.branch.state === 'calling' ? 'silent' : undefined;
  }

  /** Whether the request has gone elsewhere since: what becomes of this transaction says nothing of the branch. */
  #isLeft({ context }: ClientTransaction): boolean {
    return this.tried?.has(context.connection) === true;
  }

  #tryElsewhere(transaction: ClientTransaction, failure: HopFailure, otherwise: () => void): boolean {
    // Another place would ring although the call is being ended.
    if (this.refused !== undefined) return false;
    return this.hop !== undefined && this.#owner.tryElsewhere(this, transaction, failure, otherwise);
  }
}
