import type {
  AnchorSet,
  PolicyStage,
  RevocationKnowledge,
  RevocationPolicy,
  TrustPolicy,
} from '@entente/trust';
import type { AnchorDefaults, FetcherOptions, Store, StoreLocation } from '@entente/trust/node';
import type { Clock } from './clock.ts';

/** Where anchors are: a file or directory of PEM, `{ pem }`, a set that the caller made, or a store that follows its source. */
export type AnchorLocation = StoreLocation | AnchorSet | Store<AnchorSet>;
/** Where CRLs are: a file or directory, `{ pem }`, knowledge that the caller has, or a store that follows its source. */
export type CrlLocation = StoreLocation | RevocationKnowledge | Store<RevocationKnowledge>;

/** Options of `openTrust`. */
export interface OpenTrustOptions {
  /** The trust anchors. */
  readonly anchors: AnchorLocation | readonly AnchorLocation[];
  /** What is known about revocation. */
  readonly crls?: CrlLocation | readonly CrlLocation[];
  /**
   * Fetch CRLs and OCSP responses from these hosts when a verdict needs them. Without it only intermediates that a peer does not
   * send are fetched, and those only where an anchor lists hosts for them (`issuersFrom`).
   */
  readonly fetch?: FetcherOptions;
  /** Limits on the anchors that come from files or text. */
  readonly anchorDefaults?: AnchorDefaults;
  /** How fresh revocation knowledge must be below those anchors; the same as `anchorDefaults.revocation`. */
  readonly revocation?: RevocationPolicy;
  /** Profile of the validator. Default `entente`. */
  readonly policy?: TrustPolicy;
  /** Policies that may refuse what has passed all other checks. */
  readonly policies?: readonly PolicyStage[];
  /** Follow files. Default true. */
  readonly watch?: boolean;
  /**
   * Called when changed files cannot be used, and for a CRL that is older than the one in force (`ENTENTE_STORE_OLDER`); what is in force stays.
   * Default: a warning of the process.
   */
  readonly onFault?: (fault: unknown) => void;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Gives the latest signed time known, milliseconds since the epoch; `latestSigned` of `JudgeOptions`. */
  readonly latestSigned?: () => number | undefined;
}
