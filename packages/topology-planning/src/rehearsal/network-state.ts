import type { InterfaceName, Topology } from '@entente/topology';
import type { Authorise, IdentityExpectation, Judge, PresentedChain, Rejection } from '@entente/trust';

/**
 * How partners are judged at the edge. Who a partner is, is the federation's decision; the functions of `@entente/federation` fit.
 */
export interface PartnerRules {
  /**
   * The chain that a partner's edge presents.
   *
   * @returns undefined where it is not known: links with that domain are not rehearsed
   */
  chainOf(domain: string): PresentedChain | undefined;
  /** Which name an edge expects when it dials for a domain, or why it does not dial. */
  route(domain: string):
    | {
        readonly ok: true;
        readonly expect: IdentityExpectation;
        /** Id of the partner's entry. */
        readonly partner?: string;
      }
    | { readonly ok: false; readonly rejection: Rejection };
  /** Decides whether a partner's edge with a valid certificate may have the link, in both directions. */
  readonly authorise: Authorise;
}

/** Who judges: a server on an interface, or a client. */
export type Viewer =
  | { readonly fqdn: string; readonly interface: InterfaceName }
  | { readonly party: 'internal-client' | 'external-client' };

/** A state of the network: what the topology says, which certificates are in use, and by what they are judged. */
export interface NetworkState {
  /** Decides which links there are, and which end may open them. */
  readonly topology: Topology;
  /**
   * The chain that a server presents on an interface.
   *
   * @returns undefined where it has none
   */
  readonly chainOf: (fqdn: string, side: InterfaceName) => PresentedChain | undefined;
  /** The judge of a viewer, with the anchors and CRLs that it will have. */
  readonly judgeOf: (viewer: Viewer) => Judge;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Without it links with partners are not rehearsed. */
  readonly partners?: PartnerRules;
}
