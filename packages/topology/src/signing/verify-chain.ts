import type { SignedTopology } from './signed-topology.ts';
import { isExpired, type TopologyKnowledge, type VerifyResult, verifyTopology } from './verify-topology.ts';

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
  for (const [index, signed] of documents.entries()) {
    const superseded = index < documents.length - 1;
    const result = verifyTopology(signed, { ...knowledge, known, superseded });
    if (!result.accepted) return { ...(last !== undefined && { last }), refused: result };
    const { document } = result.topology;
    // One that has expired only leads on to the next; it never comes into force itself.
    if (!isExpired(document, knowledge.now)) last = result;
    known = { document };
  }
  return last === undefined ? {} : { last };
}
