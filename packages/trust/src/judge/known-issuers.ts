import type { Certificate } from '@entente/x509';
import type { PathState } from '../path/path-state.ts';
import { LastingSignatureMemo } from '../path/signature-memo.ts';
import type { AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import { checkAnchors } from './check-anchors.ts';

/**
 * What is remembered of the issuers below one anchor: their names, and the certificates of the paths to them, in octets of DER. Who holds the key
 * of an anchor can make as many as it likes.
 */
const mostOctetsOfAnchor = 512 * 1_024;
/** Of all anchors together; in memory a certificate takes some ten times as much. */
const mostOctets = 16 * 1_024 * 1_024;
/** What each takes beside its name and its certificates. */
const octetsOfOne = 256;
/** States of one name below one anchor: a rollover of the issuer's key has two. */
const mostOfName = 4;

/** A state that is remembered for a name of its issuer, which may be written in several ways. */
interface Kept {
  readonly key: string;
  readonly state: PathState;
  readonly octets: number;
}

/** Of one anchor. */
interface Share {
  /** In the order in which they came. */
  readonly kept: Set<Kept>;
  octets: number;
}

/**
 * What a judge has verified about issuers and may use again: signatures, names, constraints. Time, purpose, revocation and the
 * limits of the anchor are checked again at every verdict. A change of the anchors clears it. It is bounded for each anchor, and what is
 * too much is forgotten of that anchor: the peers of the others lose nothing.
 */
export class KnownIssuers {
  #anchors: AnchorSet | undefined;
  readonly #byIssuer = new Map<string, readonly PathState[]>();
  readonly #shares = new Map<TrustAnchor, Share>();
  #octets = 0;
  #latest: { readonly name: Uint8Array; readonly states: readonly PathState[] } | undefined;
  roots = new Map<TrustAnchor, PathState>();
  readonly statements = new LastingSignatureMemo();

  /** Octets of all that is remembered. */
  get octets(): number {
    return this.#octets;
  }

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
    this.#shares.clear();
    this.#octets = 0;
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

  /** Remembers the issuer of a leaf whose path has passed, unless it is as large as what is remembered of the whole anchor. */
  remember(leaf: Certificate, above: PathState): void {
    const key = keyOf(leaf);
    const states = this.#byIssuer.get(key) ?? none;
    if (states.includes(above)) return;
    const octets = octetsOf(key, above);
    if (octets > mostOctetsOfAnchor) return;
    const { anchor } = above;
    const share = this.#shares.get(anchor) ?? { kept: new Set<Kept>(), octets: 0 };
    this.#shares.set(anchor, share);
    if (states.filter((state) => state.anchor === anchor).length >= mostOfName) {
      this.#forgetOldest(share, key);
    }
    while (share.kept.size > 0 && share.octets + octets > mostOctetsOfAnchor) this.#forgetOldest(share);
    while (this.#octets + octets > mostOctets) this.#forgetOldest(this.#largest());
    share.kept.add({ key, state: above, octets });
    share.octets += octets;
    this.#octets += octets;
    // The latest first: after a rollover of the issuer's key it is the likelier.
    this.#byIssuer.set(key, [above, ...(this.#byIssuer.get(key) ?? none)]);
    this.#latest = undefined;
  }

  #largest(): Share {
    let largest: Share | undefined;
    for (const share of this.#shares.values()) {
      if (largest === undefined || share.octets > largest.octets) largest = share;
    }
    return largest!;
  }

  /** @param ofKey - only of this name; absent: of any */
  #forgetOldest(share: Share, ofKey?: string): void {
    for (const kept of share.kept) {
      const { key, octets, state } = kept;
      if (ofKey !== undefined && key !== ofKey) continue;
      share.kept.delete(kept);
      share.octets -= octets;
      this.#octets -= octets;
      const left = (this.#byIssuer.get(key) ?? none).filter((other) => other !== state);
      if (left.length > 0) this.#byIssuer.set(key, left);
      else this.#byIssuer.delete(key);
      return;
    }
  }
}

/** A certificate that several states have above them counts for each: then it stays no longer than one of them. */
function octetsOf(key: string, above: PathState): number {
  return above.issuers.reduce((sum, { der }) => sum + der.length, key.length + octetsOfOne);
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
