import type { Certificate, Name } from '@entente/x509';
import type { AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { excludesKey, sameBytes } from '../signatures/key-identifier.ts';

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
  readonly #candidates: readonly Certificate[];
  #reachable: Set<string> | undefined;

  constructor(anchors: AnchorSet, candidates: readonly Certificate[]) {
    this.#anchors = anchorIndex(anchors);
    this.#candidates = candidates;
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

  /**
   * Candidates that may have issued a certificate and whose names lead to an anchor, the likeliest first: those with the key
   * identifier of the certificate, then those without one, then the others (RFC 4158 §3.5.12: a hint, not a rule); a later end
   * of validity before an earlier one.
   */
  issuersOf(certificate: Certificate): readonly Certificate[] {
    const named = this.#bySubject.get(certificate.issuer.canonical);
    if (named === undefined) return none;
    const anchors = this.anchorsNamed(certificate.issuer);
    if (anchors.length === 0) {
      if (!this.#reach().has(certificate.issuer.canonical)) return none;
      // No candidate is an anchor, because none has an anchor's name.
      if (named.length === 1) return named;
    }
    const usable = named.filter((candidate) => !isAnchor(candidate, anchors));
    if (usable.length < 2) return usable;
    return usable
      .map((candidate) => ({ candidate, likelihood: likelihood(certificate, candidate) }))
      .sort((a, b) => b.likelihood - a.likelihood || b.candidate.notAfter - a.candidate.notAfter)
      .map(({ candidate }) => candidate);
  }

  /** Names from which a chain of names leads to an anchor. One pass over the candidates, whatever their number. */
  #reach(): Set<string> {
    if (this.#reachable !== undefined) return this.#reachable;
    const reachable = new Set<string>();
    const open: string[] = [];
    const waiting = new Map<string, Certificate[]>();
    for (const candidate of this.#candidates) {
      const issuer = candidate.issuer.canonical;
      if (!this.#anchors.has(issuer)) add(waiting, issuer, candidate);
      else if (arrives(reachable, candidate)) open.push(candidate.subject.canonical);
    }
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const below of waiting.get(name) ?? none) {
        if (arrives(reachable, below)) open.push(below.subject.canonical);
      }
    }
    this.#reachable = reachable;
    return reachable;
  }
}

const none: readonly never[] = [];

/** Whether a name is reached for the first time. */
function arrives(reachable: Set<string>, { subject }: Certificate): boolean {
  const before = reachable.size;
  return reachable.add(subject.canonical).size > before;
}

/** A peer often presents the root as well; the anchor itself was tried before. */
function isAnchor(candidate: Certificate, anchors: readonly TrustAnchor[]): boolean {
  return anchors.some((anchor) => sameBytes(anchor.certificate.der, candidate.der));
}

function likelihood(certificate: Certificate, issuer: Certificate): number {
  if (excludesKey(certificate, issuer)) return 0;
  return certificate.authorityKeyId?.keyId !== undefined && issuer.subjectKeyId !== undefined ? 2 : 1;
}
