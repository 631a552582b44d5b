import { list } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { checkKnowledge } from './check-knowledge.ts';
import type { SignedTopology } from './signed-topology.ts';
import { isExpired, type TopologyKnowledge, type VerifyResult, verifyTopology } from './verify-topology.ts';

/** The outcome of a chain. */
export interface ChainResult {
  /** The last version that was accepted. */
  readonly last?: VerifyResult & { accepted: true };
  /** The refusal that ended the chain, if one did. */
  readonly refused?: VerifyResult & { accepted: false };
}

/**
 * Verifies several versions one after the other, as a member does that was offline. It stops at the first one that is refused; the
 * versions accepted before it count.
 *
 * A member that has no version yet begins at the latest one that a quorum of the administrators of its join token has signed. Later
 * versions that only narrow may have fewer signatures, so they can only be verified after it.
 *
 * @param documents - in ascending order of version; the first right after the one in force, if there is one
 */
export function verifyChain(
  documents: readonly (string | SignedTopology)[],
  knowledge: TopologyKnowledge,
): ChainResult {
  checks.argument(
    documents,
    list,
    'documents of verifyChain',
    'give the signed documents in ascending order',
  );
  checkKnowledge(knowledge, 'verifyChain');
  if ('document' in knowledge.known) return follow(documents, knowledge);
  for (let index = documents.length - 1; index >= 0; index--) {
    const result = verifyTopology(documents[index]!, {
      ...knowledge,
      superseded: index < documents.length - 1,
    });
    if (!result.accepted) {
      // Only too few signatures are a reason to try an earlier version.
      if (result.refusal.reason !== 'under-signed' || index === 0) return { refused: result };
      continue;
    }
    const { document } = result.topology;
    const rest = follow(documents.slice(index + 1), { ...knowledge, known: { document } });
    return rest.last === undefined && !isExpired(document, knowledge.now) ? { ...rest, last: result } : rest;
  }
  return {};
}

function follow(documents: readonly (string | SignedTopology)[], knowledge: TopologyKnowledge): ChainResult {
  let known = knowledge.known;
  let last: (VerifyResult & { accepted: true }) | undefined;
  for (const [index, signed] of documents.entries()) {
    const superseded = index < documents.length - 1;
    const result = verifyTopology(signed, { ...knowledge, known, superseded });
    if (!result.accepted) return { ...(last !== undefined && { last }), refused: result };
    const { document } = result.topology;
    // An expired version only connects to the next one; it never comes into force itself.
    if (!isExpired(document, knowledge.now)) last = result;
    known = { document };
  }
  return last === undefined ? {} : { last };
}
