import type { LinkDirection, PeerNames, TopologyAuthorised } from '../matrix/authorise.ts';
import type { InterfaceName } from '../roles.ts';

/** A chain as a server would show it: DER certificates, leaf first. */
export interface RehearsedChain {
  readonly certificates: readonly Uint8Array[];
}

/** What a judge says, as far as a rehearsal needs it. */
export type RehearsedVerdict =
  | { readonly trusted: true }
  | {
      readonly trusted: false;
      readonly rejection: { readonly reason: string; readonly message: string; readonly remedy: string };
    };

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
  readonly identity:
    | { readonly mode: 'sip-domain'; readonly domain: string }
    | { readonly mode: 'host'; readonly name: string }
    | { readonly mode: 'https'; readonly name: string }
    | { readonly mode: 'inbound' };
  readonly authorise: (peer: PeerNames, link: LinkDirection) => TopologyAuthorised;
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
}
