import type { SipRequest, SipResponse } from '@entente/sip';
import type { RequestRefusal } from '../request/refusal.ts';
import { forwardResponse } from '../route/forward.ts';
import { bestCandidate, type Candidate, finalResponse } from './best-response.ts';
import { shareBreadth } from './share-breadth.ts';
import type { Target, TargetGroups } from './targets.ts';

/** One copy of a forked request on its way. */
export class Branch<Owner = unknown> {
  /** Where this copy goes. */
  readonly target: Target;
  /** Whatever the runtime wants to find again, for instance the client transaction. */
  owner: Owner | undefined = undefined;
  /** `calling` until the first provisional, `proceeding` until a final response. */
  state: 'calling' | 'proceeding' | 'completed' = 'calling';
  /** A CANCEL is wanted or was sent. */
  cancelled = false;
  /** Counts as the branch's final response, whatever still arrives; see {@link ResponseContext.refuse}. */
  instead: SipResponse | undefined = undefined;

  constructor(target: Target) {
    this.target = target;
  }
}

/** Where a response context pushes its effects: one object serves all contexts. */
export interface ResponseContextSink<Owner> {
  /** Forward the request to `branch.target` in a new client transaction; a failure may be reported at once. */
  startBranch(context: ResponseContext<Owner>, branch: Branch<Owner>): void;
  /** Send CANCEL in the branch's client transaction; a provisional response has arrived. */
  cancelBranch(context: ResponseContext<Owner>, branch: Branch<Owner>): void;
  /** Abandon the branch's client transaction: its answer is not waited for any longer. */
  abandonBranch(context: ResponseContext<Owner>, branch: Branch<Owner>): void;
  /** Call `context.timerFired(branch)` after that time; a timer that runs for the branch is replaced. */
  startTimer(context: ResponseContext<Owner>, branch: Branch<Owner>, afterMs: number): void;
  /** Forget the branch's timer. */
  stopTimer(context: ResponseContext<Owner>, branch: Branch<Owner>): void;
  /** Give the response to the server transaction. */
  respond(context: ResponseContext<Owner>, response: SipResponse): void;
  /**
   * Every target has failed, and nobody has answered for its device: there may be others soon. Asked again where those have failed too.
   * @param status - of the best failure
   * @returns true where `context.resume` is called later; absent: never
   */
  awaitTargets?(context: ResponseContext<Owner>, status: number): boolean;
  /** No response may be sent (a non-INVITE that nobody answered, RFC 4320): abandon the server transaction. */
  giveUp(context: ResponseContext<Owner>): void;
  /** Nothing is pending any more; further 2xx to an INVITE may still be handed to `receive`. */
  done(context: ResponseContext<Owner>): void;
}

/** Times of a response context in milliseconds. */
export interface ResponseContextTimes {
  /** Timer C: how long an INVITE branch may ring; more than three minutes (RFC 3261 §16.6 step 11). */
  readonly timerCMs: number;
  /** How long a cancelled branch may take to answer: 64·T1 (RFC 3261 §9.1). */
  readonly cancelMs: number;
}

/** Timer C 181 s, 32 s after a CANCEL. */
export const defaultResponseContextTimes: ResponseContextTimes = { timerCMs: 181_000, cancelMs: 32_000 };

/** What says that a device was not reached (RFC 5626 §7), or that a server in front of it was not. */
const unreached: ReadonlySet<number> = new Set([408, 430, 503, 504]);

/**
 * Everything that becomes of one forwarded request: which targets are tried, which responses go back, when branches are
 * cancelled. Driven only by its methods.
 * @see RFC 3261 §16.7 to §16.10
 */
export class ResponseContext<Owner = unknown> {
  /** The request as received. */
  readonly request: SipRequest;
  /** Receives the effects of this context. */
  readonly sink: ResponseContextSink<Owner>;
  #groups: TargetGroups;
  readonly #newTag: () => string;
  readonly #times: ResponseContextTimes;
  readonly #invite: boolean;
  readonly #branches: Branch<Owner>[] = [];
  readonly #candidates: Candidate[] = [];
  /** Devices that have given their answer: other flows of them are not tried (RFC 5626 §7). */
  #answeredDevices: Set<string> | undefined = undefined;
  #nextGroup = 0;
  #pending = 0;
  #busy = false;
  /** Further targets are waited for, or have been. */
  #awaiting: 'not yet' | 'now' | 'over' = 'not yet';
  /** No further branches: a 2xx, a 6xx or a CANCEL came. */
  #closed = false;
  #finalSent = false;
  #done = false;

  /**
   * @param request - as received
   * @param groups - from `selectTargets`
   * @param sink - where effects go
   * @param newTag - for a final response this server must make itself: called at most once
   * @param times - of timer C
   */
  constructor(
    request: SipRequest,
    groups: TargetGroups,
    sink: ResponseContextSink<Owner>,
    newTag: () => string,
    times: ResponseContextTimes = defaultResponseContextTimes,
  ) {
    this.request = request;
    this.#groups = shareBreadth(groups, request);
    this.sink = sink;
    this.#newTag = newTag;
    this.#times = times;
    this.#invite = request.method === 'INVITE';
  }

  /** The branches so far. */
  get branches(): readonly Branch<Owner>[] {
    return this.#branches;
  }

  /** Whether a final response has gone upstream. */
  get isAnswered(): boolean {
    return this.#finalSent;
  }

  /** Tries the first group of targets. Call once. */
  start(): void {
    this.#advance();
  }

  /**
   * A response to a branch.
   * @param branch - from `startBranch`
   * @param response - as received, with our Via on top
   */
  receive(branch: Branch<Owner>, response: SipResponse): void {
    const { status } = response;
    if (status < 200) this.#provisional(branch, response);
    else if (status < 300) this.#success(branch, response);
    else if (branch.state !== 'completed') {
      this.#complete(branch);
      const { instance } = branch.target;
      if (instance !== undefined && status !== 408 && status !== 430) {
        this.#answeredDevices ??= new Set();
        this.#answeredDevices.add(instance);
      }
      const counted = branch.instead ?? response;
      this.#candidates.push({ status: counted.status, response: counted });
      if (counted.status >= 600) this.#cancelPending();
      this.#advance();
    }
  }

  /**
   * A branch ended without a final response.
   * @param branch - from `startBranch`
   * @param status - what to count it as: 408 no answer, 503 not sent, 504 the next hop's TLS or trust failed, 430 the
   *   client's connection is gone
   * @param headers - of the response that is made here where this is the best failure
   */
  failed(branch: Branch<Owner>, status: number, headers?: RequestRefusal['headers']): void {
    if (branch.state === 'completed') return;
    this.#complete(branch);
    this.#candidates.push({ status: branch.instead?.status ?? status, response: branch.instead, headers });
    this.#advance();
  }

  /**
   * A provisional response to an INVITE that must not go on: the branch is cancelled, and counts as answered with another response once
   * it has ended. A 2xx that comes all the same is for the runtime to end; it is handed to `receive` as that response.
   * @param branch - from `startBranch`
   * @param instead - a final response of 300 or above
   */
  refuse(branch: Branch<Owner>, instead: SipResponse): void {
    if (branch.state === 'completed' || branch.instead !== undefined) return;
    branch.instead = instead;
    const first = branch.state === 'calling';
    branch.state = 'proceeding';
    if (!branch.cancelled || first) this.#cancelBranch(branch);
  }

  /** The sender cancelled the INVITE: pending branches are cancelled, no others are tried (RFC 3261 §16.10). */
  cancel(): void {
    if (!this.#invite || this.#closed) return;
    this.#cancelPending();
    if (this.#awaiting === 'now') {
      this.#awaiting = 'over';
      this.#candidates.splice(0, Infinity, { status: 487, response: undefined });
    }
    this.#advance();
  }

  /**
   * What `awaitTargets` of the sink has waited for is there, or does not come.
   * @param groups - further targets, none where nothing came
   */
  resume(groups: TargetGroups): void {
    if (this.#awaiting !== 'now') return;
    this.#awaiting = groups.length === 0 ? 'over' : 'not yet';
    this.#groups = shareBreadth(groups, this.request);
    this.#nextGroup = 0;
    this.#advance();
  }

  /**
   * The branch's timer ran out: it rang too long, or its CANCEL was not answered.
   * @see RFC 3261 §16.8
   */
  timerFired(branch: Branch<Owner>): void {
    if (branch.state === 'completed') return;
    if (branch.state === 'proceeding' && !branch.cancelled) {
      this.#cancelBranch(branch);
      return;
    }
    this.sink.abandonBranch(this, branch);
    this.failed(branch, 408);
  }

  #provisional(branch: Branch<Owner>, response: SipResponse): void {
    if (branch.state === 'completed' || branch.instead !== undefined) return;
    const first = branch.state === 'calling';
    branch.state = 'proceeding';
    if (first && branch.cancelled) {
      // The CANCEL had to wait for a provisional response (RFC 3261 §9.1).
      this.sink.startTimer(this, branch, this.#times.cancelMs);
      this.sink.cancelBranch(this, branch);
      return;
    }
    if (response.status === 100 || !this.#invite) return;
    if (!branch.cancelled) this.sink.startTimer(this, branch, this.#times.timerCMs);
    if (!this.#finalSent) this.#respond(forwardResponse(response, this.request));
  }

  #success(branch: Branch<Owner>, response: SipResponse): void {
    const first = branch.state !== 'completed';
    if (first) this.#complete(branch);
    // Every 2xx to an INVITE goes upstream, of anything else only the first.
    if (this.#invite || !this.#finalSent) {
      this.#finalSent = true;
      this.#respond(forwardResponse(response, this.request));
    }
    if (!first) return;
    this.#cancelPending();
    this.#advance();
  }

  #complete(branch: Branch<Owner>): void {
    branch.state = 'completed';
    this.#pending--;
    if (this.#invite) this.sink.stopTimer(this, branch);
  }

  #cancelPending(): void {
    this.#closed = true;
    // A request other than INVITE cannot be cancelled.
    if (!this.#invite || this.#pending === 0) return;
    for (const branch of this.#branches) {
      if (branch.state !== 'completed' && !branch.cancelled) this.#cancelBranch(branch);
    }
  }

  #cancelBranch(branch: Branch<Owner>): void {
    branch.cancelled = true;
    if (branch.state !== 'proceeding') return;
    this.sink.startTimer(this, branch, this.#times.cancelMs);
    this.sink.cancelBranch(this, branch);
  }

  /** Starts the next group, or finishes, once nothing is pending. */
  #advance(): void {
    // A branch may fail while its group is being started; the loop below sees that when it comes round.
    if (this.#busy) return;
    this.#busy = true;
    while (this.#pending === 0 && !this.#closed && this.#nextGroup < this.#groups.length) this.#startGroup();
    this.#busy = false;
    if (this.#pending > 0 || this.#done || this.#awaits()) return;
    this.#done = true;
    if (!this.#finalSent) this.#finish();
    this.sink.done(this);
  }

  /** Whether targets that are not there yet are waited for: only where every one so far could not be reached. */
  #awaits(): boolean {
    if (this.#awaiting !== 'not yet' || this.#closed || this.#finalSent) return this.#awaiting === 'now';
    if (!this.#candidates.every(({ status }) => unreached.has(status))) return false;
    const best = bestCandidate(this.#candidates, this.request.method);
    // The sink may resume at once.
    this.#awaiting = 'now';
    if (best !== undefined && this.sink.awaitTargets?.(this, best.status) === true) return true;
    this.#awaiting = 'over';
    return false;
  }

  #startGroup(): void {
    const group = this.#groups[this.#nextGroup++]!;
    const first = this.#branches.length;
    for (const target of group) {
      if (target.instance !== undefined && this.#answeredDevices?.has(target.instance)) continue;
      this.#branches.push(new Branch<Owner>(target));
    }
    const end = this.#branches.length;
    this.#pending += end - first;
    for (let i = first; i < end; i++) {
      const branch = this.#branches[i]!;
      // A branch started before this one may have been answered, or the request cancelled, in the meantime.
      if (this.#closed) {
        branch.state = 'completed';
        this.#pending--;
        continue;
      }
      if (this.#invite) this.sink.startTimer(this, branch, this.#times.timerCMs);
      this.sink.startBranch(this, branch);
    }
  }

  #finish(): void {
    this.#finalSent = true;
    const best = bestCandidate(this.#candidates, this.request.method) ?? { status: 408, response: undefined };
    const response = finalResponse(this.request, best, this.#candidates, this.#newTag);
    if (response === undefined) this.sink.giveUp(this);
    else this.sink.respond(this, response);
  }

  #respond(response: SipResponse | undefined): void {
    if (response !== undefined) this.sink.respond(this, response);
  }
}
