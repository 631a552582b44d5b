import type { InterfaceName } from '../terms/roles.ts';

/** A chain as a server would show it: DER certificates, leaf first. */
export interface RehearsedChain {
  readonly certificates: readonly Uint8Array[];
}

/** What a judge says, as far as a rehearsal needs it. */
export type RehearsedVerdict =
  | { readonly trusted: true }
  | { readonly trusted: false; readonly rejection: RehearsedRejection };

/** The question that a rehearsal asks; `Question` of `@entente/trust` has the same fields. */
export interface RehearsedQuestion {
  readonly now: number;
  readonly link: {
    readonly name: string;
    readonly direction: 'inbound' | 'outbound';
    readonly interface: string;
    readonly purpose: 'server' | 'client';
    readonly local?: string;
  };
  readonly identity: RehearsedIdentity;
  /** Stage 5 of the verdict: the topology's, or for partners the federation's. */
  readonly authorise: (peer: never, link: never) => unknown;
}

/** Which name is looked for, and how. */
export type RehearsedIdentity =
  | { readonly mode: 'sip-domain'; readonly domain: string }
  | { readonly mode: 'host'; readonly name: string }
  | { readonly mode: 'https'; readonly name: string }
  | { readonly mode: 'service'; readonly allowed: readonly string[] }
  | { readonly mode: 'inbound' };

/** Why somebody is refused, as far as a rehearsal tells it. */
export interface RehearsedRejection {
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * How partners are judged at the edge. Who a partner is, is the federation's decision; the functions of `@entente/federation` fit.
 */
export interface PartnerRules {
  /**
   * The chain that a partner's edge shows.
   * @returns undefined where it is not known: links with that domain are not rehearsed
   */
  chainOf(domain: string): RehearsedChain | undefined;
  /** Which name an edge asks for when it dials for a domain, or why it does not dial. */
  nextHop(
    domain: string,
  ):
    | { readonly ok: true; readonly expect: RehearsedIdentity }
    | { readonly ok: false; readonly rejection: RehearsedRejection };
  readonly authorise: RehearsedQuestion['authorise'];
}

/** Whoever can judge a chain; the judges of `@entente/trust` fit. */
export interface RehearsalJudge {
  judge(presented: RehearsedChain, question: RehearsedQuestion): RehearsedVerdict;
}

/** Who judges: a server on an interface, or a client. */
export type Viewer =
  | { readonly fqdn: string; readonly interface: InterfaceName }
  | { readonly party: 'internal-client' | 'external-client' };

/** A state of the network: what the topology says, which certificates are in use, and by what they are judged. */
export interface NetworkState<T> {
  readonly topology: T;
  /**
   * The chain that a server shows on an interface.
   * @returns undefined where it has none
   */
  readonly chainOf: (fqdn: string, side: InterfaceName) => RehearsedChain | undefined;
  /** The judge of a viewer, with the anchors and CRLs that it will have. */
  readonly judgeOf: (viewer: Viewer) => RehearsalJudge;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Without it links with partners are not rehearsed. */
  readonly partners?: PartnerRules;
}
