import {
  createResponse,
  type PlainRequest,
  type SipRequest,
  type SipResponse,
  transactionBranch,
} from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import { loopTurn } from '../connection/loop-turn.ts';
import type { AskedRequest, OverloadControl } from '../overload/overload-control.ts';
import type { NotTaken } from './not-taken-reason.ts';

/** Says what a new request is for, before anything else is known of it. */
export interface RequestWeigher {
  /**
   * What a new request is for, asked while this process has more to do than it can. Without it every request is taken.
   * @param request - new; its form is not checked
   * @param connection - it came over
   */
  weigh?(request: SipRequest, connection: SipConnection): AskedRequest;
  /**
   * The same as far as it can be said at a glance.
   * @param request - that nobody has read
   * @returns undefined where the request has to be read for that
   */
  weighAtAGlance?(request: PlainRequest, connection: SipConnection): AskedRequest | undefined;
}

/** What an endpoint refuses while its process has more to do than it can, and how it answers what it has not taken. */
export class UnderLoad {
  readonly #control: OverloadControl;
  /** Branch of the request that was admitted at a glance, and is read now. */
  #admitted: string | undefined;

  /** @param control - decides; default that of this process, which all its endpoints share */
  constructor(control: OverloadControl = loopTurn.overload) {
    this.#control = control;
  }

  /** Whether requests have to be asked about. */
  get isOverloaded(): boolean {
    return this.#control.isOverloaded;
  }

  /** Whether the last request that was refused is of a peer that sends no more than others. */
  get isModest(): boolean {
    return this.#control.isModest;
  }

  /**
   * Whether a new request is refused. Nothing is asked about as long as the delay is short; CANCEL makes room, and is always taken.
   * @param weigher - of the endpoint
   * @throws what `weigh` throws, e.g. for a header field that cannot be read
   */
  refuses(request: SipRequest, connection: SipConnection, weigher: RequestWeigher): boolean {
    if (!this.#control.isOverloaded || request.method === 'CANCEL') return false;
    // Asked twice, it would count as two.
    const isAdmitted = this.#admitted !== undefined && this.#admitted === transactionBranch(request);
    this.#admitted = undefined;
    if (isAdmitted) return false;
    const asked = weigher.weigh?.(request, connection);
    return asked !== undefined && !this.#control.admits(asked, loopTurn.delay.now());
  }

  /**
   * Whether a new request is refused before it is read. One that is not is asked about no more when it has been.
   * @param weigher - of the endpoint
   */
  refusesAtAGlance(request: PlainRequest, connection: SipConnection, weigher: RequestWeigher): boolean {
    const asked = weigher.weighAtAGlance?.(request, connection);
    if (asked === undefined) return false;
    const isAdmitted = this.#control.admits(asked, loopTurn.delay.now());
    this.#admitted = isAdmitted ? request.branch : undefined;
    return !isAdmitted;
  }

  /**
   * The answer to a request that was not taken. There is no Retry-After in a 503 for what a client sends: it would stop all traffic of the
   * peer (RFC 7339 §5.10.2). A client whose REGISTER has to wait, and that nobody has authenticated, has nothing else to send: it gets one.
   * A client that is registered goes on sending everything else, and so do those who share the connection of a server: Retry-After in a 500
   * is about this request alone (RFC 3261 §21.5.1), and a proxy passes it on.
   * @param why - it was not taken
   * @param toTag - for To
   */
  answer(why: NotTaken, request: SipRequest, { isProven }: SipConnection, toTag: string): SipResponse {
    if (why !== 'overloaded' || request.method !== 'REGISTER')
      return createResponse(request, 503, undefined, { toTag });
    const seconds = this.#control.retryAfter(loopTurn.delay.now(), Math.random());
    const headers = { 'Retry-After': seconds };
    return createResponse(request, isProven ? 500 : 503, undefined, { toTag, headers });
  }
}
