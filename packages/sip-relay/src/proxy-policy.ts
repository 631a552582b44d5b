import type { SipRequest, SipResponse } from '@entente/sip';
import type { ConnectionLink } from '@entente/sip-endpoint';
import type { RefuseDecision, RequestRefusal, SourceAddress, TargetGroups } from '@entente/sip-proxy';
import type { RelayRules } from './relay/relay-rules.ts';

/** What a policy sees of the connection that a request came over; a `SipConnection` is one. */
export interface RequestOrigin {
  /** Never used again while the process lives. */
  readonly id: number;
  /** The row of the allow matrix that the connection came in on. */
  readonly link: ConnectionLink;
  /** Nothing comes over it any more, and what is kept for it is kept for nothing. */
  readonly isClosed: boolean;
  /** Where the peer's messages come from, for `received` of Via. */
  readonly source?: SourceAddress | undefined;
  /** FQDN of the server at the other end, if it proved to be one. */
  readonly server: string | undefined;
  /** What the verdict found; no peer where the other end showed no certificate. */
  readonly protection: {
    readonly peer?:
      | {
          readonly role?: string;
          readonly dnsNames: readonly string[];
          readonly sipDomains: readonly string[];
          /** Serial number of its certificate, lower-case hexadecimal. */
          readonly serialHex?: string;
        }
      | undefined;
  };
  /** Addresses of record that a user has proven on this connection, each with the time until which it counts. */
  readonly users: Map<string, number>;
}

/** What becomes of a request. */
export type ProxyDecision =
  /** It is answered with the refusal's status, and the reason is logged. */
  | RefuseDecision
  /** This server answers it itself. */
  | { readonly kind: 'serve'; readonly response: SipResponse }
  | RelayDecision;

/** A request that goes on. */
export interface RelayDecision {
  /** Distinguishes it from the other decisions. */
  readonly kind: 'relay';
  /** Tried one group after the other; the targets of a group at the same time. */
  readonly targets: TargetGroups;
  /** How the request and its responses are changed on their way; one object for all branches. */
  readonly rules: RelayRules;
  /** The side that it leaves by, where it is not the one that it came in on; see `ProxyRuntimeOptions.sides`. */
  readonly side?: string;
}

/**
 * What a server decides about requests. Matching, retransmissions, CANCEL, relaying, answers to refusals and logs are the
 * runtime's; a policy only decides, and does not see a connection that it could write to.
 */
export interface ProxyPolicy<Sender extends object = object> {
  /**
   * Decides who sends a request, once for each request. An ACK for a 2xx cannot be challenged or answered: a refusal drops it.
   * @param request - whose form is valid
   * @param origin - the connection it came over
   * @returns the sender, handed to `decide`; it must have no field `reason`
   */
  admit(request: SipRequest, origin: RequestOrigin): Sender | RequestRefusal;
  /**
   * Decides what becomes of a request. Nothing is relayed before the decision is there. An ACK for a 2xx is passed on where the
   * decision is `relay`, to its first target, and dropped otherwise.
   * @param request - the one that was admitted
   * @param sender - what `admit` returned
   */
  decide(request: SipRequest, sender: Sender): ProxyDecision | Promise<ProxyDecision>;
  /**
   * For whom a server sends a request, where many share its link: once half of what it may have under way is taken, each of them leaves
   * room for the next one. Undefined: for itself, or nobody knows.
   * @param request - the one that was admitted
   * @param sender - what `admit` returned
   */
  onBehalfOf?(request: SipRequest, sender: Sender): string | undefined;
  /**
   * Whether a request is in a dialog that passes here, by a token of ours in its Route. Asked under load, before anything else: such a
   * request is refused last.
   * @param request - that has Route and a tag in To; its form is not checked yet
   * @param origin - the connection it came over
   */
  isInDialog?(request: SipRequest, origin: RequestOrigin): boolean;
  /**
   * Whether a request is by what the servers of our pool stay one: copies of what they know, and questions whether they are there. Asked
   * under load: such a request has the rank of one in a dialog.
   * @param request - whose form is not checked yet
   * @param origin - the connection it came over
   */
  isOfPool?(request: SipRequest, origin: RequestOrigin): boolean;
  /**
   * Whether a request is an emergency call. Asked under load: it has the rank of one in a dialog.
   * @param request - whose form is not checked yet
   * @param origin - the connection it came over
   */
  isEmergency?(request: SipRequest, origin: RequestOrigin): boolean;
  /** A connection is closed. */
  onClosed?(origin: RequestOrigin): void;
}
