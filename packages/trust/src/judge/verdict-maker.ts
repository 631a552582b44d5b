import { decodeCertificate, oids } from '@entente/x509';
import { revocationIndex, stapledAnswers } from '../knowledge/revocation-index.ts';
import type { PathContext, Purpose } from '../path/path-context.ts';
import { Spending } from '../path/search-budget.ts';
import { SignatureMemo } from '../path/signature-memo.ts';
import type { LinkContext } from '../question/link-context.ts';
import type { PresentedChain } from '../question/presented-chain.ts';
import { ranked, reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { evidenceOf, type Trail } from '../reasons/trail.ts';
import { checkQuestion } from './check-question.ts';
import { type FoundPath, findPath } from './find-path.ts';
import { judgePeer } from './judge-peer.ts';
import type { JudgeSources } from './judge-sources.ts';
import { KnownIssuers } from './known-issuers.ts';
import { KnownLeaves } from './known-leaves.ts';
import { Search } from './leaf-path-search.ts';
import { LeafState } from './leaf-state.ts';
import { TrustedVerdict } from './trusted-verdict.ts';
import type { Judge, Question, TrustVerdict } from './verdict.ts';

/**
 * Answers a question in six stages.
 */
export class VerdictMaker implements Judge {
  readonly #sources: JudgeSources;
  readonly #issuers = new KnownIssuers();
  readonly #leaves = new KnownLeaves();

  constructor(sources: JudgeSources) {
    this.#sources = sources;
  }

  judge(presented: PresentedChain, question: Question): TrustVerdict {
    checkQuestion(presented, question);
    const trail: Trail = [];
    const clock = clockRejection(question.now, this.#sources);
    if (clock !== undefined) return refused([clock], trail);
    const parsed = this.#parse(presented, question.link);
    if (!parsed.ok) return refused([parsed.rejection], trail);
    const { leaf, bytes } = parsed;
    const { length } = presented.certificates;
    trail.push(() => ({ stage: 'parse', kind: 'parsed', certificates: length, bytes }));

    const isNew = leaf.above === undefined;
    const search = this.#search(leaf, presented, question);
    const found = findPath(search, this.#issuers, trail);
    if (!found.ok) return refused(found.rejections, trail);
    const verdict = this.#judgePeer(found.path, question, trail);
    if (isNew && verdict.trusted) this.#leaves.remember(leaf);
    return verdict;
  }

  #parse(
    { certificates }: PresentedChain,
    link: LinkContext,
  ):
    | { readonly ok: true; readonly leaf: LeafState; readonly bytes: number }
    | { readonly ok: false; readonly rejection: Rejection } {
    const { maxBytes, maxLeafBytes, maxLeafNames } = this.#sources.policy.budget;
    const [first] = certificates;
    if (first === undefined)
      return { ok: false, rejection: reject('no-certificate', { expected: link.purpose }) };
    let bytes = 0;
    for (const der of certificates) bytes += der.length;
    if (bytes > maxBytes) {
      return {
        ok: false,
        rejection: reject('chain-too-long', { found: bytes, max: maxBytes, unit: 'bytes' }),
      };
    }
    // Before it is read: that takes as long as it is large.
    if (maxLeafBytes !== undefined && first.length > maxLeafBytes)
      return { ok: false, rejection: leafTooLarge(first.length, maxLeafBytes, 'bytes') };
    const known = this.#leaves.of(first);
    if (known !== undefined) return { ok: true, leaf: known, bytes };
    // A copy, because it may be kept, and the caller may use the memory of what it has passed again.
    const decoded = decodeCertificate(new Uint8Array(first));
    if (!decoded.ok) {
      const { where, message } = decoded.error;
      return { ok: false, rejection: reject('malformed-certificate', { depth: 0, where, problem: message }) };
    }
    const names = decoded.value.subjectAltName?.length ?? 0;
    if (maxLeafNames !== undefined && names > maxLeafNames)
      return { ok: false, rejection: leafTooLarge(names, maxLeafNames, 'names') };
    return { ok: true, leaf: new LeafState(decoded.value), bytes };
  }

  #search(leaf: LeafState, presented: PresentedChain, { now, link }: Question): Search {
    const { policy } = this.#sources;
    const anchors = this.#sources.anchors();
    const known = this.#sources.intermediates();
    if (this.#issuers.follow(anchors)) this.#leaves.clear();
    const context: PathContext = {
      policy,
      now: Math.floor(now / 1000) * 1000,
      link,
      purpose: purposeOf(link),
      spending: new Spending(policy.budget),
      signatures: new SignatureMemo(),
      statements: this.#issuers.statements,
      roots: this.#issuers.roots,
      sink: [],
    };
    return new Search({
      leaf,
      context,
      presented: presented.certificates,
      known,
      anchors,
      index: revocationIndex(this.#sources.revocation()),
      stapled: stapledAnswers(presented.stapledOcsp),
    });
  }

  #judgePeer(path: FoundPath, question: Question, trail: Trail): TrustVerdict {
    const outcome = judgePeer(path, question, this.#sources, trail);
    if (outcome.ok) return new TrustedVerdict(outcome.peer, outcome.path, trail);
    return { ...refused([outcome.rejection], trail), peer: outcome.peer };
  }
}

function leafTooLarge(found: number, max: number, unit: 'bytes' | 'names'): Rejection {
  return reject('certificate-too-large', { found, max, unit });
}

/**
 * Whether the clock can be trusted: what has been signed lies in the past.
 *
 * @param now - milliseconds since the epoch
 */
function clockRejection(
  now: number,
  { latestSigned: latest, policy }: Pick<JudgeSources, 'latestSigned' | 'policy'>,
): Rejection | undefined {
  const latestSigned = latest();
  if (latestSigned === undefined || now + policy.revocation.futureSkewMs >= latestSigned) return undefined;
  return reject('clock-untrusted', { now, latestSigned });
}

function refused(rejections: readonly Rejection[], trail: Trail): TrustVerdict & { trusted: false } {
  const considered = ranked(rejections);
  return { trusted: false, rejection: considered[0]!, considered, evidence: evidenceOf(trail) };
}

const forServers: Purpose = { oid: oids.serverAuth, name: 'serverAuth' };
const forClients: Purpose = { oid: oids.clientAuth, name: 'clientAuth' };
const forInboundClients: Purpose = { ...forClients, alternative: forServers };

function purposeOf({ purpose, direction }: LinkContext): Purpose {
  if (purpose === 'server') return forServers;
  return direction === 'inbound' ? forInboundClients : forClients;
}
