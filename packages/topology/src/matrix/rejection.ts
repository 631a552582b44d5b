/**
 * Why a peer or a request is refused. It has the shape of a `Rejection` of `@entente/trust`.
 */
export type TopologyRejection = Explained &
  (
    | { readonly reason: 'not-in-topology'; readonly names?: readonly string[]; readonly server?: string }
    | {
        readonly reason: 'identity-ambiguous';
        readonly names?: readonly string[];
        readonly servers?: readonly string[];
      }
    | {
        readonly reason: 'role-not-allowed-on-link';
        readonly server?: string;
        readonly role?: string;
        readonly link?: string;
        readonly interface?: string;
      }
    | {
        readonly reason: 'direction-not-allowed';
        readonly server?: string;
        readonly role?: string;
        readonly direction?: string;
        readonly row?: number;
      }
    | { readonly reason: 'topology-stale'; readonly issuedAt?: number; readonly now?: number }
  );

/** What is said to people of each rejection. */
interface Explained {
  /** A sentence for people. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** The reasons with which the topology refuses. */
export type TopologyReason = TopologyRejection['reason'];
