import type { SipResponse, TransactionEnd } from '@entente/sip';
import type { ClientTransaction, ClientUser, ServerTransaction, WheelTimer } from '@entente/sip-endpoint';
import {
  type Branch,
  loopHash,
  ResponseContext,
  type ResponseContextSink,
  type TargetGroups,
} from '@entente/sip-proxy';
import type { RelayRules } from './relay-rules.ts';

/** A request under way, with its sender's transaction. */
export class RelayedRequest extends ResponseContext<BranchRun> {
  readonly server: ServerTransaction;
  readonly rules: RelayRules;
  /** Of the routing part, the same for every branch (RFC 5393 §4.2.1). */
  readonly hash: string;

  constructor(
    server: ServerTransaction,
    groups: TargetGroups,
    sink: ResponseContextSink<BranchRun>,
    rules: RelayRules,
    toTag: string,
  ) {
    super(server.request, groups, sink, toTag);
    this.server = server;
    this.rules = rules;
    this.hash = loopHash(server.request);
  }
}

/** One branch under way: hears what its client transaction says, and its timer. */
export class BranchRun implements ClientUser {
  readonly context: ResponseContext<BranchRun>;
  readonly branch: Branch<BranchRun>;
  transaction: ClientTransaction | undefined = undefined;
  timer: WheelTimer<'C'> | undefined = undefined;
  readonly #onFault: (error: unknown, context: ResponseContext<BranchRun>) => void;

  constructor(
    context: ResponseContext<BranchRun>,
    branch: Branch<BranchRun>,
    onFault: (error: unknown, context: ResponseContext<BranchRun>) => void,
  ) {
    this.context = context;
    this.branch = branch;
    this.#onFault = onFault;
  }

  onResponse(response: SipResponse): void {
    const { rules } = this.context as RelayedRequest;
    let arrived: SipResponse;
    try {
      arrived = rules.arrived?.(response, this.branch.target) ?? response;
    } catch (error) {
      // No further event follows for this transaction: without this the sender would wait, and its state would stay.
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
      this.#onFault(error, this.context);
    }
  }
}
