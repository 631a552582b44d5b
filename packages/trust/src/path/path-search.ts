import type { Certificate, Name } from '@entente/x509';
import type { TrustAnchor } from '../policy/anchor.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { excludesKey, sameBytes } from '../signatures/key-identifier.ts';
import { type VerificationKey, verificationKey } from '../signatures/public-key.ts';
import { signatureAlgorithm } from '../signatures/signature-algorithm.ts';
import type { CertificatePool } from './certificate-pool.ts';
import { IssuerFilter } from './issuer-filter.ts';
import { IssuerGraph } from './issuer-graph.ts';
import type { PathContext } from './path-context.ts';
import { isSelfIssued } from './step-path.ts';

/** A chain of valid signatures from a certificate to an anchor; nothing else about it has been checked. */
export interface CandidatePath {
  readonly anchor: TrustAnchor;
  /** Leaf first, the anchor not included. */
  readonly chain: readonly Certificate[];
}

/** What a search is for. */
export interface SearchPurpose {
  /** Follow certificates that may not issue too: to explain a refusal, never to find a path. */
  readonly tolerant: boolean;
  /** What the target is for: a TLS peer, or signing CRLs, to which the purpose of the link does not apply. */
  readonly end: 'peer' | 'crl-signer';
}

/**
 * Finds chains upwards from a certificate, the shortest first, and of equal length the likeliest issuer first (RFC 4158 §2.3).
 * Every step is a signature that verifies, so that unrelated certificates with the right names lead nowhere.
 */
export class PathSearch {
  readonly #pool: CertificatePool;
  readonly #context: PathContext;
  readonly #purpose: SearchPurpose;
  /** Whether a longer path than the ones examined may exist. */
  #cut = false;
  /** Why branches ended; only the tolerant search fills it. */
  readonly ended: Rejection[] = [];

  /**
   * @param pool - anchors and candidate intermediates
   * @param context - budget and rules
   * @param purpose - what the search is for
   */
  constructor(pool: CertificatePool, context: PathContext, purpose: SearchPurpose) {
    this.#pool = pool;
    this.#context = context;
    this.#purpose = purpose;
  }

  /**
   * Offers the candidate paths of a certificate, one by one.
   *
   * @param target - where the paths begin
   * @param takes - whether a path is accepted; the search continues until one is
   * @returns whether one was accepted
   */
  find(target: Certificate, takes: (path: CandidatePath) => boolean): boolean {
    const { policy, spending } = this.#context;
    const filter = new IssuerFilter(target, this.#context, this.#purpose.end);
    const { tolerant } = this.#purpose;
    if (!tolerant && !filter.mayEnd()) return false;
    const graph = new IssuerGraph(this.#pool, (issuer) => tolerant || filter.mayIssue(issuer), spending);
    const nearest = graph.distance(target.issuer);
    if (nearest === undefined) return false;
    const most = policy.budget.maxIntermediates + maxSelfIssued;
    if (nearest > most) this.#tooLong(nearest);
    this.#cut = true;
    for (let length = nearest; this.#cut && length <= most; length++) {
      this.#cut = false;
      if (this.#upwards([target], length, graph, takes)) return true;
    }
    return false;
  }

  /** Offers the paths with exactly as many further intermediates as are left. */
  #upwards(
    chain: readonly Certificate[],
    left: number,
    graph: IssuerGraph,
    takes: (path: CandidatePath) => boolean,
  ): boolean {
    const { spending } = this.#context;
    const last = chain[chain.length - 1]!;
    const issuers = graph.issuersOf(last);
    if (left === 0) {
      if (issuers.length > 0) this.#cut = true;
      for (const anchor of this.#pool.anchorsNamed(last.issuer)) {
        spending.step();
        if (this.#signed(last, chain.length - 1, anchor.certificate, verificationKey(anchor.certificate))) {
          if (takes({ anchor, chain })) return true;
        }
      }
      return false;
    }
    for (const issuer of issuers) {
      if ((graph.distance(issuer.issuer) ?? 0) > left - 1) {
        this.#cut = true;
        continue;
      }
      spending.step();
      if (isRepeated(issuer, chain) || !this.#isShortEnough(issuer, chain)) continue;
      if (!this.#signed(last, chain.length - 1, issuer, verificationKey(issuer))) continue;
      if (this.#upwards([...chain, issuer], left - 1, graph, takes)) return true;
    }
    return false;
  }

  /** Self-issued certificates only lead a CA from one key to the next and do not count, up to `maxSelfIssued`. @see RFC 5280 §4.2.1.9 */
  #isShortEnough(issuer: Certificate, chain: readonly Certificate[]): boolean {
    const { maxIntermediates: max } = this.#context.policy.budget;
    let found = isSelfIssued(issuer) ? 0 : 1;
    for (let index = 1; index < chain.length; index++) if (!isSelfIssued(chain[index]!)) found++;
    if (found <= max && chain.length <= max + maxSelfIssued) return true;
    this.#tooLong(Math.max(found, chain.length));
    return false;
  }

  #tooLong(found: number): void {
    const { maxIntermediates: max } = this.#context.policy.budget;
    this.#end(reject('chain-too-long', { found, max, unit: 'certificates' }));
  }

  #signed(certificate: Certificate, depth: number, issuer: Certificate, key: VerificationKey): boolean {
    // A key that inherits its parameters cannot verify before the key above it is known: it is checked on the way down.
    if (key.object === undefined && key.info.kind === 'dsa') return true;
    const { signatures, spending, policy } = this.#context;
    const algorithm = signatureAlgorithm(certificate.signatureAlgorithm)?.name;
    if (
      !this.#purpose.tolerant &&
      !(algorithm !== undefined && policy.algorithms.signatures.includes(algorithm))
    )
      return false;
    if (signatures.verify(certificate, key, spending)) return true;
    this.#end(
      excludesKey(certificate, issuer)
        ? otherKey(certificate, depth, issuer)
        : reject('signature-invalid', {
            depth,
            subject: certificate.subject.toString(),
            issuer: issuer.subject.toString(),
            algorithm: algorithm ?? certificate.signatureAlgorithm.oid,
          }),
    );
    return false;
  }

  #end(rejection: Rejection): void {
    if (this.#purpose.tolerant) this.ended.push(rejection);
  }
}

/**
 * The rejection for a certificate that names another key than the one that is known of its issuer. The issuer is unknown then,
 * whatever its name: it may be a CA with a new key, whose certificate can be fetched, or one that only bears the name.
 */
function otherKey(certificate: Certificate, depth: number, issuer: Certificate): Rejection {
  return reject('unknown-issuer', {
    depth,
    subject: certificate.subject.toString(),
    issuer: issuer.subject.toString(),
    keyId: hexOf(certificate.authorityKeyId?.keyId),
    knownKeyId: hexOf(issuer.subjectKeyId),
  });
}

function hexOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex');
}

/** Self-issued certificates in one path: a rollover has two. */
const maxSelfIssued = 8;

/** The same name with the same key again would be a loop. @see RFC 4158 §2.4.2 */
function isRepeated(candidate: Certificate, chain: readonly Certificate[]): boolean {
  return chain.some(
    (certificate) =>
      certificate === candidate ||
      (certificate.subject.canonical === candidate.subject.canonical &&
        sameBytes(certificate.publicKey.der, candidate.publicKey.der)),
  );
}

/**
 * The rejection for the certificate whose issuer is missing, found by following names alone.
 */
export function missingIssuer(target: Certificate, pool: CertificatePool): Rejection {
  let last = target;
  let depth = 0;
  const seen = new Set<Certificate>();
  while (!seen.has(last) && !isSelfIssued(last)) {
    seen.add(last);
    const next = pool.presentedNamed(last.issuer).find((certificate) => !seen.has(certificate));
    if (next === undefined) break;
    last = next;
    depth++;
  }
  return reject('unknown-issuer', {
    depth,
    subject: last.subject.toString(),
    issuer: nameOrNothing(last.issuer),
  });
}

function nameOrNothing(name: Name): string {
  return name.isEmpty ? 'an empty name' : name.toString();
}
