import type { Judge, PresentedChain, Question, TrustVerdict } from '@entente/trust';
import type { Clock } from './clock.ts';

/**
 * What a change of trust may touch. Only connections that one of the lists names are judged again; a change without a scope
 * judges every open connection again.
 */
export interface ChangeScope {
  /** Names of anchors that changed or are gone. */
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
  /** What it may touch; absent: everything. */
  readonly scope?: ChangeScope;
}

/**
 * The trust state that sockets of this package stand under.
 */
export interface Trust {
  /** Gives the verdicts. It always decides by the latest state. */
  readonly judge: Judge;
  /** Changes whenever a verdict could change; local to this process. */
  readonly version: string;
  /** The time that verdicts are asked with. */
  readonly clock: Clock;
  /**
   * Called when a verdict fails for want of revocation knowledge, or of an issuer where `completes` says so; may fetch it, within
   * bounds. The judge is asked once more when the promise settles; a rejected promise counts as nothing fetched.
   */
  prepare?(
    presented: PresentedChain,
    question: Question,
    verdict?: Extract<TrustVerdict, { trusted: false }>,
  ): Promise<void>;
  /** Whether `prepare` may find missing intermediates: it is then called for `unknown-issuer` too. */
  completes?(): boolean;
  /**
   * Certificates (PEM) that OpenSSL is told to believe on interfaces other than `external`, as a second opinion.
   * Absent: no second opinion is asked for anywhere.
   */
  platformAnchors?(): readonly string[];
  /**
   * @param listener - called after each change
   * @returns stops it
   */
  onChange(listener: (change: TrustChange) => void): () => void;
  /** Stops watching and fetching. Open connections stay as they are. */
  [Symbol.asyncDispose](): Promise<void>;
}
