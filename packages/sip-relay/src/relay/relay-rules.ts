import type { SipRequest, SipResponse, Via } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import type { RequestRefusal, Target, TargetGroups } from '@entente/sip-proxy';
import type { NotSent } from './link-not-allowed.ts';

/** A target that cannot be reached, and the status its branch counts as: 504 where no server may be dialled for it. */
export interface Unreachable {
  /** Status that the branch counts as, 400 to 699. */
  readonly status: number;
}

/** What becomes of further 2xx to an INVITE that was accepted: as {@link RelayRules} does it with the first one. */
export interface LaterAnswers {
  /** Bytes of the request that are kept for it. */
  readonly keptBytes: number;
  /** As {@link RelayRules.refuses}, for a further 2xx; default never. */
  refuses?(response: SipResponse): RequestRefusal | undefined;
  /** As {@link RelayRules.arrived}, for a further 2xx; default unchanged. */
  arrived?(response: SipResponse): SipResponse;
  /** As {@link RelayRules.answer}, for a further 2xx; default unchanged. */
  answer?(response: SipResponse): SipResponse;
}

/** How one request is relayed to its targets. One object serves all branches of the request. */
export interface RelayRules<T extends Target = Target> {
  /**
   * The server that a target without `flow` is sent to, or why the topology lets this server not send it there. A target with `flow` goes over
   * that client connection.
   */
  nextHop(target: T): NextHop | Unreachable | NotSent;
  /** Why the topology lets this server send nothing to the client of a target with `flow`; default it may. */
  refusesFlow?(target: T): NotSent | undefined;
  /**
   * The request as it goes to a target.
   * @param target - one of those that the decision named
   * @param via - ours, for the new client transaction
   * @returns why it cannot be written for the target, where the request itself is the cause
   */
  build(target: T, via: Via): SipRequest | RequestRefusal;
  /**
   * Why a response below 300 must not go on, asked before anything else is done with it; default never. The call is ended at its target,
   * and the sender hears the refusal.
   */
  refuses?(response: SipResponse, target: T): RequestRefusal | undefined;
  /** The response as it arrives from a target, before it competes with others; default unchanged. */
  arrived?(response: SipResponse, target: T): SipResponse;
  /** The response as it goes back; default unchanged. */
  answer?(response: SipResponse): SipResponse;
  /**
   * Every target has failed without an answer of its device; default nothing more. Asked again where further targets have failed too;
   * how long it waits in all, and for how many requests, is for the rules to bound.
   * @param status - of the best failure: 408, 430, 503 or 504
   * @returns further targets, once they are there; none where they do not come
   */
  awaitTargets?(status: number): Promise<TargetGroups> | undefined;
  /**
   * What further 2xx of an INVITE go through once one was accepted. It is kept for 32 s, so it holds nothing of the request; default: these
   * rules, and the request with them.
   */
  laterAnswers?(target: T): LaterAnswers;
  /** What a log calls a target, for instance the FQDN of its server; default its URI. */
  nameOf?(target: T): string;
}
