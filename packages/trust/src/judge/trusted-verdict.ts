import type { PeerIdentity } from '../identity/peer-identity.ts';
import type { ValidatedPath } from '../path/validated-path.ts';
import type { Evidence } from '../reasons/evidence.ts';
import { evidenceOf, type Trail } from '../reasons/trail.ts';
import type { TrustVerdict } from './verdict.ts';

type Trusted = Extract<TrustVerdict, { trusted: true }>;

/** A verdict that accepts the peer; its evidence is built when it is read. */
export class TrustedVerdict implements Trusted {
  readonly trusted = true;
  readonly peer: PeerIdentity;
  readonly path: ValidatedPath;
  readonly #trail: Trail;
  #evidence: readonly Evidence[] | undefined;

  constructor(peer: PeerIdentity, path: ValidatedPath, trail: Trail) {
    this.peer = peer;
    this.path = path;
    this.#trail = trail;
  }

  get evidence(): readonly Evidence[] {
    this.#evidence ??= evidenceOf(this.#trail);
    return this.#evidence;
  }

  /** For logs; the evidence contains the path. */
  toJSON(): Omit<Trusted, 'path'> {
    const { trusted, peer, evidence } = this;
    return { trusted, peer, evidence };
  }
}
