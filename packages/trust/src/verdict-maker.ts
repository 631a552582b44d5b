import { type Certificate, decodeCertificate, oids } from '@entente/x509';
import type { Evidence } from './evidence.ts';
import { judgePeer } from './judge-peer.ts';
import type { JudgeSources } from './judge-sources.ts';
import { KnownIssuers } from './known-issuers.ts';
import { CertificatePool } from './path/certificate-pool.ts';
import { type FoundPath, findPath, type Search } from './path/find-path.ts';
import type { PathContext, Purpose } from './path/path-context.ts';
import { Spending } from './path/spending.ts';
import type { LinkContext, PresentedChain } from './question.ts';
import { ranked, reject } from './reasons/catalogue.ts';
import type { Rejection } from './reasons/rejection.ts';
import { ocspAnswers, revocationIndex } from './revocation/revocation-index.ts';
import type { Judge, Question, TrustVerdict } from './verdict.ts';

/**
 * Takes a question through the six stages.
 */
export class VerdictMaker implements Judge {
  readonly #sources: JudgeSources;
  readonly #issuers = new KnownIssuers();

  constructor(sources: JudgeSources) {
    this.#sources = sources;
  }

  judge(presented: PresentedChain, question: Question): TrustVerdict {
    const evidence: Evidence[] = [];
    const parsed = this.#parse(presented, question.link);
    if (!parsed.ok) return refused([parsed.rejection], evidence);
    const { leaf, bytes } = parsed;
    evidence.push({ stage: 'parse', kind: 'parsed', certificates: presented.certificates.length, bytes });

    const search = this.#search(leaf, presented, question);
    const found = findPath(search, this.#issuers, evidence);
    if (!found.ok) return refused(found.rejections, evidence);
    return this.#judgePeer(found.path, question, evidence);
  }

  #parse(
    { certificates }: PresentedChain,
    link: LinkContext,
  ):
    | { readonly ok: true; readonly leaf: Certificate; readonly bytes: number }
    | { readonly ok: false; readonly rejection: Rejection } {
    const { maxPresented, maxBytes } = this.#sources.policy.budget;
    const [first] = certificates;
    if (first === undefined)
      return { ok: false, rejection: reject('no-certificate', { expected: link.purpose }) };
    if (certificates.length > maxPresented) {
      const data = { found: certificates.length, max: maxPresented, unit: 'certificates' } as const;
      return { ok: false, rejection: reject('chain-too-long', data) };
    }
    let bytes = 0;
    for (const der of certificates) bytes += der.length;
    if (bytes > maxBytes) {
      return {
        ok: false,
        rejection: reject('chain-too-long', { found: bytes, max: maxBytes, unit: 'bytes' }),
      };
    }
    const decoded = decodeCertificate(first);
    if (decoded.ok) return { ok: true, leaf: decoded.value, bytes };
    const { where, message } = decoded.error;
    return { ok: false, rejection: reject('malformed-certificate', { depth: 0, where, problem: message }) };
  }

  #search(leaf: Certificate, presented: PresentedChain, { now, link }: Question): Search {
    const { policy } = this.#sources;
    const anchors = this.#sources.anchors();
    const known = this.#sources.intermediates();
    this.#issuers.follow(anchors);
    const context: PathContext = {
      policy,
      now: Math.floor(now / 1000) * 1000,
      link,
      purpose: purposeOf(link),
      spending: new Spending(policy.budget),
      signatures: this.#issuers.signatures,
      roots: this.#issuers.roots,
      sink: [],
    };
    const malformed: Rejection[] = [];
    let pool: CertificatePool | undefined;
    return {
      leaf,
      context,
      presented: presented.certificates,
      known,
      malformed,
      // Most verdicts stand on a known issuer and never look at what else the peer has sent.
      pool: () => {
        pool ??= new CertificatePool(anchors, [
          ...decodeAll(presented.certificates.slice(1), malformed),
          ...known,
        ]);
        return pool;
      },
      index: revocationIndex(this.#sources.revocation()),
      stapled: presented.stapledOcsp === undefined ? [] : ocspAnswers(presented.stapledOcsp, 'stapled-ocsp'),
    };
  }

  #judgePeer(path: FoundPath, question: Question, evidence: Evidence[]): TrustVerdict {
    const outcome = judgePeer(path, question, this.#sources, evidence);
    if (outcome.ok) return { trusted: true, peer: outcome.peer, path: outcome.path, evidence };
    return { ...refused([outcome.rejection], evidence), peer: outcome.peer };
  }
}

function refused(
  rejections: readonly Rejection[],
  evidence: readonly Evidence[],
): TrustVerdict & { trusted: false } {
  const considered = ranked(rejections);
  return { trusted: false, rejection: considered[0]!, considered, evidence };
}

function purposeOf(link: LinkContext): Purpose {
  if (link.purpose === 'server') return { oid: oids.serverAuth, name: 'serverAuth' };
  const client = { oid: oids.clientAuth, name: 'clientAuth' };
  if (link.direction !== 'inbound') return client;
  return { ...client, alternative: { oid: oids.serverAuth, name: 'serverAuth' } };
}

function decodeAll(ders: readonly Uint8Array[], malformed: Rejection[]): readonly Certificate[] {
  const certificates: Certificate[] = [];
  for (const [index, der] of ders.entries()) {
    const decoded = decodeCertificate(der);
    if (decoded.ok) certificates.push(decoded.value);
    else {
      const { where, message } = decoded.error;
      malformed.push(reject('malformed-certificate', { depth: index + 1, where, problem: message }));
    }
  }
  return certificates;
}
