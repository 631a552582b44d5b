import type { SignedTopology } from './signed-topology.ts';
import { type TopologyKnowledge, type VerifyResult, verifyTopology } from './verify-topology.ts';

/**
 * Takes up several versions one after the other, as a member does that was away. It stops at the first that is refused; what was
 * taken up before it stays.
 *
 * @param documents - in ascending order of version, the first right after the one in force
 * @returns the last one taken up, and the refusal that ended the chain, if one did
 */
export function verifyChain(
  documents: readonly (string | SignedTopology)[],
  knowledge: TopologyKnowledge,
): {
  readonly last?: VerifyResult & { accepted: true };
  readonly refused?: VerifyResult & { accepted: false };
} {
  let known = knowledge.known;
  let last: (VerifyResult & { accepted: true }) | undefined;
  for (const signed of documents) {
    const result = verifyTopology(signed, { ...knowledge, known });
    if (!result.accepted) return { ...(last !== undefined && { last }), refused: result };
    last = result;
    known = { document: result.topology.document };
  }
  return last === undefined ? {} : { last };
}
