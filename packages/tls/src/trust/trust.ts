import type { Judge, PresentedChain, Question, TrustVerdict, ValidatedPath } from '@entente/trust';
import type { Clock } from './clock.ts';

/**
 * What a change of trust may affect. Only connections that one of the lists names are judged again; after a change without a
 * scope every open connection is.
 */
export interface ChangeScope {
  /** Names of anchors that changed or were removed. */
  readonly anchors?: readonly string[];
  /** Issuers (RFC 4514 form, as in `PeerIdentity.issuer`) whose revocation knowledge changed. */
  readonly issuers?: readonly string[];
  /** Certificates whose status changed. */
  readonly certificates?: readonly { readonly issuer: string; readonly serialHex: string }[];
  /** FQDNs of servers whose entry in the topology changed. */
  readonly servers?: readonly string[];
  /** Domains of partners whose entry changed, subdomains included. */
  readonly domains?: readonly string[];
}

/** Announced after a change took effect: the judge already decides by the new state. */
export interface TrustChange {
  /** Version of the trust state after the change. */
  readonly version: string;
  /** What it may affect; absent: everything. */
  readonly scope?: ChangeScope;
}

/** The trust state by which sockets are judged. */
export interface Trust {
  /** Gives the verdicts, always by the latest state. */
  readonly judge: Judge;
  /** Changes whenever a verdict could change; local to this process. */
  readonly version: string;
  /** Gives the time for verdicts. */
  readonly clock: Clock;
  /**
   * Called when a verdict refuses because revocation knowledge is missing or stale, or an issuer is missing and `completes` returns
   * true; may fetch it, within bounds. The judge is asked once more when the promise settles; a rejected promise counts as nothing
   * fetched.
   * @param presented - what the peer sent
   * @param question - what was asked
   * @param verdict - the verdict that refused; where it is absent, the judge is asked first
   */
  prepare?(
    presented: PresentedChain,
    question: Question,
    verdict?: Extract<TrustVerdict, { trusted: false }>,
  ): Promise<void>;
  /**
   * Called when a connection was admitted: what `prepare` fetched for its path is needed until it has closed, and must not make room for
   * what other peers name.
   * @param path - of its verdict
   * @returns called once, when the connection has closed
   */
  use?(path: ValidatedPath): () => void;
  /** @returns whether `prepare` may find missing intermediates: it is then called for `unknown-issuer` too */
  completes?(): boolean;
  /**
   * Gives the CAs for OpenSSL on interfaces other than `external`, whose result is compared with the verdict. Absent: OpenSSL is
   * given no CA anywhere.
   * @returns certificates, PEM
   */
  platformAnchors?(): readonly string[];
  /**
   * @param listener - called after each change
   * @returns a function that removes the listener
   */
  onChange(listener: (change: TrustChange) => void): () => void;
  /** Whether it was disposed of: it learns of nothing any more, and is a fault as an option. Absent: it is open. */
  readonly isClosed?: boolean;
  /**
   * Stops watching and fetching. Open connections stay as they are until they are judged again; a peer that is judged from then on is refused with `trust-closed`.
   */
  [Symbol.asyncDispose](): Promise<void>;
}
