import type { SipRequest, SipResponse, Via } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import type { RequestRefusal, Target } from '@entente/sip-proxy';

/** A target that cannot be reached, and the status its branch counts as: 504 where no server may be dialled for it. */
export interface Unreachable {
  readonly status: number;
}

/** How one request is relayed to its targets. One object serves all branches of the request. */
export interface RelayRules<T extends Target = Target> {
  /** The server that a target without `flow` is sent to. A target with `flow` goes over that client connection. */
  nextHop(target: T): NextHop | Unreachable;
  /**
   * The request as it goes to a target.
   * @param target - one of those that the decision named
   * @param via - ours, for the new client transaction
   */
  build(target: T, via: Via): SipRequest;
  /**
   * Why a response below 300 must not go on, asked before anything else is done with it; default never. The call is ended at its target,
   * and the sender hears the refusal.
   */
  refuses?(response: SipResponse, target: T): RequestRefusal | undefined;
  /** The response as it arrives from a target, before it competes with others; default unchanged. */
  arrived?(response: SipResponse, target: T): SipResponse;
  /** The response as it goes back; default unchanged. */
  answer?(response: SipResponse): SipResponse;
  /** What a log calls a target, for instance the FQDN of its server; default its URI. */
  nameOf?(target: T): string;
}
