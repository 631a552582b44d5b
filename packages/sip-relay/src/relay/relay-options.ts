import type { SipProblem, SipRequest } from '@entente/sip';
import type { NextHop, ServerTransaction, SipEndpoint } from '@entente/sip-endpoint';
import type { RequestRefusal } from '@entente/sip-proxy';
import type { FlowNames } from '../flow-tokens.ts';
import type { Explains } from './explain-failure.ts';
import type { NotSent } from './link-not-allowed.ts';
import type { OnRefused } from './refuse-response.ts';

/**
 * Receives each request that did not get to its next hop, or got no answer from it.
 * @param name - what the target is called
 * @param error - why
 * @param hop - where it was to go, if that was decided
 * @param request - as it arrived; undefined for an ACK, which nobody waits for
 */
export type OnUnreachable = (
  name: string,
  error: unknown,
  hop: NextHop | undefined,
  request?: SipRequest,
) => void;

/** What a `Relay` needs. */
export interface RelayOptions {
  /** On whose connections requests travel. */
  readonly endpoint: SipEndpoint;
  /** Names of client connections, as targets have them. */
  readonly flows: FlowNames;
  /**
   * The next hop could not be reached or was refused, or may not be dialled (the branch counts as 504), or the request could not be written
   * for it (500); or a server has not answered (408), or the connection to it was lost (503).
   */
  readonly onUnreachable?: OnUnreachable;
  /** How a sender hears that no server was reached; default not. */
  readonly explains?: Explains;
  /** A request, or the response to it, exceeds what the next hop accepts once it is written for it: it is not sent. */
  readonly onTooLarge?: (server: ServerTransaction, problem: SipProblem) => void;
  /** A response did not go on: see `RelayRules.refuses`. Or a request: its next hop takes too little (the branch counts as 503), or see `RelayRules.build`. */
  readonly onRefused?: OnRefused;
  /**
   * The topology lets this server not send a request on.
   * @param name - what the target is called
   * @param refused - why
   * @param server - the request as it arrived
   * @returns header fields of the answer to it
   */
  readonly onNotSent?: (
    name: string,
    refused: NotSent,
    server: ServerTransaction,
  ) => RequestRefusal['headers'];
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: (() => number) | undefined;
}
