import type { Certificate } from '@entente/x509';
import type { PathState } from '../path/path-state.ts';
import { LastingSignatureMemo } from '../path/signature-memo.ts';
import type { AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import { checkAnchors } from './check-anchors.ts';

/** At most this many issuers are remembered: a CA with thousands of intermediates must not fill the memory. */
const maxIssuers = 1_024;

/**
 * What a judge has verified about issuers and may use again: signatures, names, constraints. Time, purpose, revocation and the
 * limits of the anchor are checked again at every verdict. A change of the anchors clears it.
 */
export class KnownIssuers {
  #anchors: AnchorSet | undefined;
  readonly #byIssuer = new Map<string, PathState[]>();
  #latest: { readonly name: Uint8Array; readonly states: readonly PathState[] } | undefined;
  roots = new Map<TrustAnchor, PathState>();
  readonly statements = new LastingSignatureMemo();

  /**
   * Clears it if the anchors are not those of the last call.
   * @returns whether it was cleared
   * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT`
   */
  follow(anchors: AnchorSet): boolean {
    if (anchors === this.#anchors && anchors !== undefined) return false;
    checkAnchors(anchors);
    if (this.#anchors !== undefined) this.roots = new Map();
    this.#anchors = anchors;
    this.#byIssuer.clear();
    this.#latest = undefined;
    return true;
  }

  /** States of issuers below which a leaf of this issuer has been accepted before. */
  of(leaf: Certificate): readonly PathState[] {
    // Most peers of a server come from one CA, and comparing bytes is cheaper than building a key from them.
    if (this.#latest !== undefined && sameBytes(this.#latest.name, leaf.issuer.der))
      return this.#latest.states;
    const states = this.#byIssuer.get(keyOf(leaf));
    if (states === undefined) return none;
    this.#latest = { name: Uint8Array.from(leaf.issuer.der), states };
    return states;
  }

  /** Remembers the issuer of a leaf whose path has passed. */
  remember(leaf: Certificate, above: PathState): void {
    const key = keyOf(leaf);
    const states = this.#byIssuer.get(key);
    if (states?.includes(above) === true) return;
    if (this.#byIssuer.size >= maxIssuers) this.#byIssuer.clear();
    // The latest first: after a rollover of the issuer's key it is the likelier.
    this.#byIssuer.set(key, [above, ...(states ?? []).slice(0, 3)]);
    this.#latest = undefined;
  }
}

const none: readonly never[] = [];

/** The bytes of the issuer's name as a string: cheaper than its canonical form, and a miss only costs a search. */
function keyOf(leaf: Certificate): string {
  const { der } = leaf.issuer;
  return Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1');
}

/**
 * Whether the peer, or the intermediates known in advance, supply every certificate of a remembered path: an incomplete chain
 * must not be accepted only because another peer presented the missing certificate.
 */
export function bringsAll(
  above: PathState,
  presented: readonly Uint8Array[],
  known: readonly Certificate[],
): boolean {
  for (let state = above; state.parent !== undefined; state = state.parent) {
    const { certificate } = state;
    const brought = presented.some((der) => sameBytes(der, certificate.der)) || known.includes(certificate);
    if (!brought) return false;
  }
  return true;
}
