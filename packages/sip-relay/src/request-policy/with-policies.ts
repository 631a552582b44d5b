import type { SipRequest } from '@entente/sip';
import { refuse } from '@entente/sip-proxy';
import type { ProxyDecision, ProxyPolicy } from '../proxy-policy.ts';
import { askPolicies, type NamedPolicy, type RefusedByPolicy } from './ask-policies.ts';

/**
 * What a server decides, with policies that are asked about each request that is about to go on. An ACK belongs to a request that they have seen.
 * @param policy - of the server
 * @param policies - in their order; without any it is the policy itself
 */
export function withPolicies<Sender extends object>(
  policy: ProxyPolicy<Sender>,
  policies: readonly NamedPolicy[] = [],
): ProxyPolicy<Sender> {
  if (policies.length === 0) return policy;
  const ask = (request: SipRequest, decided: ProxyDecision): ProxyDecision | Promise<ProxyDecision> => {
    if (decided.kind !== 'relay' || request.method === 'ACK') return decided;
    const or = (refused: RefusedByPolicy | undefined): ProxyDecision =>
      refused === undefined ? decided : refuse(refused);
    const refused = askPolicies(request, policies);
    return refused instanceof Promise ? refused.then(or) : or(refused);
  };
  return {
    admit: (request, origin) => policy.admit(request, origin),
    decide(request, sender) {
      const decided = policy.decide(request, sender);
      return decided instanceof Promise ? decided.then((late) => ask(request, late)) : ask(request, decided);
    },
    onBehalfOf: (request, sender) => policy.onBehalfOf?.(request, sender),
    isInDialog: (request, origin) => policy.isInDialog?.(request, origin) === true,
    isOfPool: (request, origin) => policy.isOfPool?.(request, origin) === true,
    isEmergency: (request, origin) => policy.isEmergency?.(request, origin) === true,
    onClosed: (origin) => policy.onClosed?.(origin),
  };
}
