import type { Certificate, Name } from '@entente/x509';
import type { TrustAnchor } from '../policy/anchor.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { refuseKey } from '../signatures/algorithm-policy.ts';
import { excludesKey, sameBytes } from '../signatures/key-identifier.ts';
import { type VerificationKey, verificationKey } from '../signatures/public-key.ts';
import { signatureAlgorithm } from '../signatures/signature-algorithm.ts';
import type { CertificatePool } from './certificate-pool.ts';
import { type PathContext, withSink } from './path-context.ts';
import { checkIssuer, isSelfIssued } from './step-path.ts';

/** A chain of valid signatures from a certificate to an anchor; nothing else about it has been checked. */
export interface CandidatePath {
  readonly anchor: TrustAnchor;
  /** Leaf first, the anchor not included. */
  readonly chain: readonly Certificate[];
}

/**
 * Finds chains upwards from a certificate, depth first with backtracking, the likeliest issuer first. Every step is a
 * signature that verifies, so that unrelated certificates with the right names lead nowhere.
 */
export class PathSearch {
  readonly #pool: CertificatePool;
  readonly #context: PathContext;
  readonly #tolerant: boolean;
  /** Why branches ended; only the tolerant search fills it. */
  readonly ended: Rejection[] = [];

  /**
   * @param pool - anchors and candidate intermediates
   * @param context - budget and rules
   * @param tolerant - follow certificates that may not issue too: to explain a refusal, never to find a path
   */
  constructor(pool: CertificatePool, context: PathContext, tolerant: boolean) {
    this.#pool = pool;
    this.#context = context;
    this.#tolerant = tolerant;
  }

  /**
   * Offers the candidate paths of a certificate, one by one.
   *
   * @param target - where the paths begin
   * @param takes - whether a path is accepted; the search continues until one is
   * @returns whether one was accepted
   */
  find(target: Certificate, takes: (path: CandidatePath) => boolean): boolean {
    return this.#upwards([target], takes);
  }

  #upwards(chain: readonly Certificate[], takes: (path: CandidatePath) => boolean): boolean {
    const { spending } = this.#context;
    const last = chain[chain.length - 1]!;
    for (const anchor of this.#pool.anchorsNamed(last.issuer)) {
      spending.step();
      if (this.#signed(last, chain.length - 1, anchor.certificate, verificationKey(anchor.certificate))) {
        if (takes({ anchor, chain })) return true;
      }
    }
    for (const issuer of this.#pool.issuersOf(last)) {
      spending.step();
      if (isRepeated(issuer, chain) || !this.#mayIssue(issuer, chain.length)) continue;
      if (!this.#isShortEnough(issuer, chain)) continue;
      if (!this.#signed(last, chain.length - 1, issuer, verificationKey(issuer))) continue;
      if (this.#upwards([...chain, issuer], takes)) return true;
    }
    return false;
  }

  /** Self-issued certificates only lead a CA from one key to the next and do not count, up to `maxSelfIssued`. @see RFC 5280 §4.2.1.9 */
  #isShortEnough(issuer: Certificate, chain: readonly Certificate[]): boolean {
    const { maxIntermediates: max } = this.#context.policy.budget;
    let found = isSelfIssued(issuer) ? 0 : 1;
    for (let index = 1; index < chain.length; index++) if (!isSelfIssued(chain[index]!)) found++;
    if (found <= max && chain.length <= max + maxSelfIssued) return true;
    this.#end(reject('chain-too-long', { found: Math.max(found, chain.length), max, unit: 'certificates' }));
    return false;
  }

  /** Excludes certificates that cannot be in any path, before their signature is verified. */
  #mayIssue(issuer: Certificate, depth: number): boolean {
    if (this.#tolerant) return true;
    const { now } = this.#context;
    if (now < issuer.notBefore || now > issuer.notAfter) return false;
    const sink: Rejection[] = [];
    const at = { depth, subject: '' };
    checkIssuer(issuer, 'intermediate', at, withSink(this.#context, sink));
    return (
      sink.length === 0 && refuseKey(issuer.publicKey, this.#context.policy.algorithms, at) === undefined
    );
  }

  #signed(certificate: Certificate, depth: number, issuer: Certificate, key: VerificationKey): boolean {
    // A key that inherits its parameters cannot verify before the key above it is known: it is checked on the way down.
    if (key.object === undefined && key.info.kind === 'dsa') return true;
    const { signatures, spending, policy } = this.#context;
    const algorithm = signatureAlgorithm(certificate.signatureAlgorithm)?.name;
    if (!this.#tolerant && !(algorithm !== undefined && policy.algorithms.signatures.includes(algorithm)))
      return false;
    if (signatures.verify(certificate, key, spending)) return true;
    if (!excludesKey(certificate, issuer)) {
      this.#end(
        reject('signature-invalid', {
          depth,
          subject: certificate.subject.toString(),
          issuer: issuer.subject.toString(),
          algorithm:
            signatureAlgorithm(certificate.signatureAlgorithm)?.name ?? certificate.signatureAlgorithm.oid,
        }),
      );
    }
    return false;
  }

  #end(rejection: Rejection): void {
    if (this.#tolerant) this.ended.push(rejection);
  }
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
