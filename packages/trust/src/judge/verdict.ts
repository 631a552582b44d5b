import type { DaneExpectation } from '../dane/tlsa-record.ts';
import type { Authorise } from '../identity/authorise.ts';
import type { PeerIdentity } from '../identity/peer-identity.ts';
import type { ValidatedPath } from '../path/validated-path.ts';
import type { IdentityExpectation } from '../question/identity-expectation.ts';
import type { LinkContext } from '../question/link-context.ts';
import type { PresentedChain } from '../question/presented-chain.ts';
import type { Evidence } from '../reasons/evidence.ts';
import type { Rejection } from '../reasons/rejection.ts';

/**
 * May this certificate chain act as this name, on this link, now?
 */
export interface Question {
  /** The time of the verdict, milliseconds since the epoch. */
  readonly now: number;
  /** The link that the peer is to use: it decides which anchors and which extended key usage count. */
  readonly link: LinkContext;
  /** The name that the peer must have, and the rules by which it is compared. */
  readonly identity: IdentityExpectation;
  /** Required: every caller says who may use the link. */
  readonly authorise: Authorise;
  /** What DNSSEC-validated TLSA records say of the server; they can only refuse. */
  readonly dane?: DaneExpectation;
}

/**
 * The answer: accepted, with who and why; or refused, with the most informative reason and every other one that was met.
 */
export type TrustVerdict =
  | {
      readonly trusted: true;
      readonly peer: PeerIdentity;
      readonly path: ValidatedPath;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly trusted: false;
      readonly rejection: Rejection;
      /** Every reason met, the reported one first. */
      readonly considered: readonly Rejection[];
      readonly evidence: readonly Evidence[];
      /** Who the peer claims to be; present when a path was found and a later stage refused. */
      readonly peer?: PeerIdentity;
    };

/**
 * Gives verdicts. Synchronous, without I/O; remembers what it has verified about issuers, and about leaves
 * that it has accepted.
 */
export interface Judge {
  /**
   * @param presented - what the peer sent
   * @param question - the time, the link, the expected name and who may use the link
   * @returns the verdict; never throws for anything the peer can send
   * @throws TrustFault `ENTENTE_BAD_QUESTION` for arguments of other types than these, and for an answer of `authorise` that is none
   */
  judge(presented: PresentedChain, question: Question): TrustVerdict;
}
