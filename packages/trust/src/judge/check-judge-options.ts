import {
  callback,
  isRecord,
  listOf,
  nested,
  required,
  rule,
  type Shape,
  withMethods,
} from '@entente/options';
import { checksOf } from '../misuse.ts';
import { policyShape } from '../policy/check-policy.ts';
import { checkAnchors } from './check-anchors.ts';
import type { JudgeOptions } from './judge-options.ts';

const isFunction = (value: unknown): boolean => typeof value === 'function';
const anchors = rule(
  'an anchor set as anchorSet returns it, or a function that returns one',
  (value) => isFunction(value) || (isRecord(value) && 'anchors' in value),
);

const shape: Shape<JudgeOptions> = {
  anchors: required(anchors, 'give what anchorSet returns, or a function that returns it'),
  revocation: rule(
    'revocation knowledge as { crls }, or a function that returns it',
    (value) => isFunction(value) || (isRecord(value) && Array.isArray(value.crls)),
  ),
  policy: nested(policyShape),
  intermediates: rule(
    'a list of certificates, or a function that returns one',
    (value) => isFunction(value) || Array.isArray(value),
  ),
  policies: listOf(withMethods('a policy as { name, refuse }', 'refuse'), 'a list of policies'),
  latestSigned: callback,
};

/**
 * Refuses options that a judge cannot use, and those that it does not know: a misspelt one would have no effect.
 *
 * @param options - of `createJudge`
 * @throws TrustFault `ENTENTE_BAD_JUDGE_OPTION`, `ENTENTE_BAD_ANCHOR_LIMIT`
 */
export function checkJudgeOptions(options: JudgeOptions): void {
  checksOf('ENTENTE_BAD_JUDGE_OPTION').options(options, shape, 'createJudge');
  if (typeof options.anchors !== 'function') checkAnchors(options.anchors);
}
