import type { OutsideCallerKnowledge } from '@entente/sip-relay';
import { type ClaimRules, isAgentOfOthers, isUnnamedCaller, refuseOutsideCaller } from '@entente/sip-relay';

/**
 * What a gateway may say of others: it names numbers outside, as it does who calls. So it says truly over which number a call has come; of users of ours,
 * and of those of partners, it says nothing.
 * @param known - topology, and numbers of users
 */
export function gatewayClaims(known: OutsideCallerKnowledge): ClaimRules {
  const { topology } = known;
  return {
    mayName: (uri) => isUnnamedCaller(uri, topology) || refuseOutsideCaller('From', uri, known) === undefined,
    mayWarnAs: (agent) => isAgentOfOthers(agent, topology),
  };
}
