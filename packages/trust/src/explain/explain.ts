import { isRecord } from '@entente/options';
import type { TrustVerdict } from '../judge/verdict.ts';
import { misuse } from '../misuse.ts';
import { reasonCatalogue } from '../reasons/catalogue.ts';
import type { Evidence, Stage } from '../reasons/evidence.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { evidenceText } from './evidence-text.ts';
import type { ExplainNode, ExplainTree } from './explain-tree.ts';

const stages: readonly Stage[] = ['parse', 'path', 'revocation', 'identity', 'authorise', 'policy'];

const titles: Readonly<Record<Stage, string>> = {
  parse: 'parsing: strict DER, sizes and counts',
  path: 'path: signatures, validity, constraints, limits of the anchor',
  revocation: 'revocation: CRLs and OCSP responses',
  identity: 'identity: the expected name',
  authorise: 'authorisation: whether the peer may use the link',
  policy: 'policies: further policies of this server',
};

/**
 * Explains a verdict to people: stage by stage, with the evidence, every reason met, and the remedy.
 *
 * @param verdict - from a judge
 * @returns a tree; {@link renderExplain} turns it into text
 * @throws TrustFault `ENTENTE_BAD_VERDICT` for what is not a verdict
 */
export function explain(verdict: TrustVerdict): ExplainTree {
  checkVerdict(verdict);
  if (verdict.trusted) {
    const { peer, path, evidence } = verdict;
    const as = peer.server ?? peer.matched ?? [...peer.dnsNames, ...peer.uris].join(', ');
    return {
      trusted: true,
      title: `trusted: ${as === '' ? peer.subject : as}, by anchor "${path.anchor.name}"`,
      stages: stages.map((stage) => passed(stage, evidence)),
    };
  }
  const { rejection, considered, evidence } = verdict;
  const failedAt = stageOf(rejection);
  const failedIndex = stages.indexOf(failedAt);
  return {
    trusted: false,
    title: `refused: ${rejection.reason}`,
    stages: stages.map((stage, index) => {
      const here = considered.filter((one) => stageOf(one) === stage);
      if (stage !== failedAt && here.length === 0)
        return index > failedIndex ? unreached(stage) : passed(stage, evidence);
      return failed(stage, here, evidence);
    }),
    remedy: rejection.remedy,
  };
}

function stageOf(rejection: Rejection): Stage {
  const { stage } = reasonCatalogue[rejection.reason];
  // Reasons of sockets and servers are about what the peer may do.
  return stage === 'connection' ? 'authorise' : stage;
}

function notes(stage: Stage, evidence: readonly Evidence[]): readonly ExplainNode[] {
  return evidence
    .filter((one) => one.stage === stage)
    .map((one) => ({
      state: one.kind === 'not-asked' ? 'skipped' : one.kind === 'path-examined' ? 'failed' : 'noted',
      text: evidenceText(one),
      children: [],
    }));
}

function passed(stage: Stage, evidence: readonly Evidence[]): ExplainNode {
  const children = notes(stage, evidence);
  const skipped = children.length > 0 && children.every(({ state }) => state === 'skipped');
  return { state: skipped ? 'skipped' : 'passed', text: titles[stage], children };
}

function failed(stage: Stage, rejections: readonly Rejection[], evidence: readonly Evidence[]): ExplainNode {
  const faults = rejections.map(
    (rejection): ExplainNode => ({
      state: 'failed',
      text: `${rejection.reason}: ${rejection.message}`,
      children: [],
    }),
  );
  return { state: 'failed', text: titles[stage], children: [...faults, ...notes(stage, evidence)] };
}

function unreached(stage: Stage): ExplainNode {
  return { state: 'unreached', text: titles[stage], children: [] };
}

/** A refusal of this package has a rejection; one by a peer, or a promise, is not a verdict. */
function checkVerdict(verdict: unknown): void {
  if (isRecord(verdict)) {
    const { considered, evidence, path, peer, rejection, trusted } = verdict as Readonly<
      Record<string, unknown>
    >;
    const isWhole = trusted === true ? isRecord(peer) && isRecord(path) : isRejection(rejection);
    if (typeof trusted === 'boolean' && isWhole && Array.isArray(evidence)) {
      if (trusted || (Array.isArray(considered) && considered.every(isRejection))) return;
    }
  }
  throw misuse('ENTENTE_BAD_VERDICT', 'verdict of explain', 'the verdict that a judge returned', verdict);
}

function isRejection(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { reason } = value as { readonly reason?: unknown };
  return typeof reason === 'string' && Object.hasOwn(reasonCatalogue, reason);
}
