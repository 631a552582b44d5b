import type { Certificate, Name } from '@entente/x509';
import { excludesKey } from '../signatures/key-identifier.ts';
import type { CertificatePool } from './certificate-pool.ts';
import type { Spending } from './search-budget.ts';

/**
 * The candidates of a search by how far they are from an anchor: from the anchors down, one pass over what a peer presents,
 * whatever its number. A candidate that cannot be in any path is left out, so that it leads nobody astray.
 */
export class IssuerGraph {
  readonly #pool: CertificatePool;
  readonly #spending: Spending;
  /** By name: the least number of certificates between a certificate of that issuer and an anchor. */
  readonly #distances = new Map<string, number>();
  readonly #bySubject = new Map<string, Certificate[]>();
  readonly #ordered = new Map<Certificate, readonly Certificate[]>();

  /**
   * @param pool - anchors and candidates
   * @param mayIssue - whether a candidate can be in a path at all
   * @param spending - charged for candidates that are compared
   */
  constructor(pool: CertificatePool, mayIssue: (candidate: Certificate) => boolean, spending: Spending) {
    this.#pool = pool;
    this.#spending = spending;
    const waiting = new Map<string, Certificate[]>();
    let open: Certificate[] = [];
    for (const candidate of pool.candidates) {
      if (pool.anchorsNamed(candidate.issuer).length > 0) open.push(candidate);
      else add(waiting, candidate.issuer.canonical, candidate);
    }
    for (let distance = 1; open.length > 0; distance++) {
      const arrived: string[] = [];
      for (const candidate of open) {
        if (!mayIssue(candidate)) continue;
        const name = candidate.subject.canonical;
        add(this.#bySubject, name, candidate);
        if (this.#distances.has(name)) continue;
        this.#distances.set(name, distance);
        arrived.push(name);
      }
      open = arrived.flatMap((name) => take(waiting, name));
    }
  }

  /**
   * The least number of certificates between a certificate of this issuer and an anchor, judged by names alone.
   * @param issuer - name of the issuer
   * @returns undefined where no names lead to an anchor
   */
  distance(issuer: Name): number | undefined {
    return this.#pool.anchorsNamed(issuer).length > 0 ? 0 : this.#distances.get(issuer.canonical);
  }

  /**
   * Candidates that may have issued a certificate, the likeliest first: those with the key identifier of the certificate, then
   * those without one, then the others (RFC 4158 §3.5.12: a hint, not a rule); the nearer to an anchor before the farther; a
   * later end of validity before an earlier one.
   *
   * @param certificate - whose issuer is looked for
   */
  issuersOf(certificate: Certificate): readonly Certificate[] {
    const named = this.#bySubject.get(certificate.issuer.canonical);
    if (named === undefined) return none;
    if (named.length === 1) return this.#pool.isAnchor(named[0]!) ? none : named;
    const known = this.#ordered.get(certificate);
    if (known !== undefined) return known;
    this.#spending.compare(named.length);
    const ordered = named
      .filter((candidate) => !this.#pool.isAnchor(candidate))
      .map((candidate) => ({
        candidate,
        likelihood: likelihood(certificate, candidate),
        distance: this.distance(candidate.issuer) ?? 0,
      }))
      .sort(
        (a, b) =>
          b.likelihood - a.likelihood ||
          a.distance - b.distance ||
          b.candidate.notAfter - a.candidate.notAfter,
      )
      .map(({ candidate }) => candidate);
    this.#ordered.set(certificate, ordered);
    return ordered;
  }
}

const none: readonly never[] = [];

function add<T>(index: Map<string, T[]>, key: string, value: T): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [value]);
  else list.push(value);
}

function take<T>(index: Map<string, T[]>, key: string): readonly T[] {
  const list = index.get(key) ?? [];
  index.delete(key);
  return list;
}

function likelihood(certificate: Certificate, issuer: Certificate): number {
  if (excludesKey(certificate, issuer)) return 0;
  return certificate.authorityKeyId?.keyId !== undefined && issuer.subjectKeyId !== undefined ? 2 : 1;
}
