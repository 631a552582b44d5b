import {
  isTexts,
  nested,
  oneOf,
  type Rule,
  required,
  rule,
  type Shape,
  text,
  texts,
  yesOrNo,
} from '@entente/options';
import { checksOf } from '../misuse.ts';
import { isRule } from '../rules/certificate-rules.ts';
import type { AlgorithmPolicy } from '../signatures/algorithm-policy.ts';
import type {
  ExtKeyUsageRules,
  InitialPolicies,
  RevocationRules,
  SearchBudget,
  TrustPolicy,
} from './profile.ts';
import { isRevocationPolicy, revocationPolicies } from './revocation-policy.ts';

const needed = (one: Rule): Rule =>
  required(one, 'give it, as profiles.entente does: a profile has no defaults');
// A number that is not one limits nothing: every comparison with it is false.
const count = rule('a number of 0 or more', (value) => typeof value === 'number' && value >= 0);

/** Settings of a profile: without one of them some checks would not be made. */
export const policyShape: Shape<TrustPolicy> = {
  name: needed(text),
  algorithms: needed(
    nested<AlgorithmPolicy>({
      signatures: needed(texts),
      keys: needed(texts),
      minRsaBits: needed(count),
      maxRsaBits: needed(count),
      wholeOctets: needed(yesOrNo),
    }),
  ),
  policies: needed(
    nested<InitialPolicies>({
      acceptable: needed(texts),
      requireExplicit: needed(yesOrNo),
      inhibitMapping: needed(yesOrNo),
      inhibitAny: needed(yesOrNo),
    }),
  ),
  budget: needed(
    nested<SearchBudget>({
      signatures: needed(count),
      steps: needed(count),
      comparisons: needed(count),
      maxIntermediates: needed(count),
      maxBytes: needed(count),
      maxLeafBytes: count,
      maxLeafNames: count,
    }),
  ),
  certificateRules: needed(rule('a list of known rules', (value) => isTexts(value) && value.every(isRule))),
  anchorIs: needed(oneOf('key', 'certificate')),
  extKeyUsage: needed(
    nested<ExtKeyUsageRules>({
      mode: needed(oneOf('ignore', 'nested', 'required')),
      anyInLeaf: needed(yesOrNo),
    }),
  ),
  leafKeyUsage: needed(yesOrNo),
  revocation: needed(
    nested<RevocationRules>({
      fallback: needed(rule(revocationPolicies, isRevocationPolicy)),
      maxAgeMs: count,
      withoutNextUpdateMs: needed(count),
      futureSkewMs: needed(count),
      strictCrls: needed(yesOrNo),
      ocspSignerStatus: needed(oneOf('required', 'if-known')),
    }),
  ),
  commonNameFallback: needed(yesOrNo),
};

/**
 * Refuses a profile in which a setting is missing, misspelt or of another type.
 *
 * @param policy - the profile
 * @throws TrustFault `ENTENTE_BAD_JUDGE_OPTION`
 */
export function checkPolicy(policy: TrustPolicy): void {
  checksOf('ENTENTE_BAD_JUDGE_OPTION').argument(policy, nested(policyShape), 'policy');
}
