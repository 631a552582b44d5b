import type { Certificate, Name } from '@entente/x509';
import type { AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { sameBytes } from '../signatures/key-identifier.ts';

const anchorIndexes = new WeakMap<AnchorSet, ReadonlyMap<string, readonly TrustAnchor[]>>();

function anchorIndex(set: AnchorSet): ReadonlyMap<string, readonly TrustAnchor[]> {
  const known = anchorIndexes.get(set);
  if (known !== undefined) return known;
  const index = new Map<string, TrustAnchor[]>();
  for (const anchor of set.anchors) add(index, anchor.certificate.subject.canonical, anchor);
  anchorIndexes.set(set, index);
  return index;
}

function add<T>(index: Map<string, T[]>, key: string, value: T): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [value]);
  else list.push(value);
}

/**
 * The certificates of one verdict: anchors, and candidates for the intermediates between them and the leaf.
 */
export class CertificatePool {
  readonly #anchors: ReadonlyMap<string, readonly TrustAnchor[]>;
  readonly #bySubject = new Map<string, Certificate[]>();
  /** What may lie between anchors and leaf. */
  readonly candidates: readonly Certificate[];

  constructor(anchors: AnchorSet, candidates: readonly Certificate[]) {
    this.#anchors = anchorIndex(anchors);
    this.candidates = candidates;
    for (const certificate of candidates) add(this.#bySubject, certificate.subject.canonical, certificate);
  }

  /** Anchors with this name. */
  anchorsNamed(name: Name): readonly TrustAnchor[] {
    return this.#anchors.get(name.canonical) ?? none;
  }

  /** Candidates with this name, whether or not they lead to an anchor. */
  presentedNamed(name: Name): readonly Certificate[] {
    return this.#bySubject.get(name.canonical) ?? none;
  }

  /** Whether a candidate is an anchor itself: a peer often presents the root as well. */
  isAnchor(candidate: Certificate): boolean {
    return this.anchorsNamed(candidate.subject).some((anchor) =>
      sameBytes(anchor.certificate.der, candidate.der),
    );
  }
}

const none: readonly never[] = [];
