import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import { isObject, misuse } from '../misuse.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import { checkAnchors } from './check-anchors.ts';

const code = 'ENTENTE_BAD_JUDGE_OPTION';

type Rule = readonly [wanted: string, fits: (value: unknown) => boolean];

const isFunction = (value: unknown): boolean => typeof value === 'function';

const rules: { readonly [name: string]: Rule } = {
  anchors: [
    'an anchor set as anchorSet returns it, or a function that returns one',
    (value) => isFunction(value) || (isObject(value) && 'anchors' in value),
  ],
  revocation: [
    'revocation knowledge as { crls }, or a function that returns it',
    (value) => isFunction(value) || (isObject(value) && Array.isArray((value as RevocationKnowledge).crls)),
  ],
  policy: ['a profile, such as profiles.entente', isObject],
  intermediates: [
    'a list of certificates, or a function that returns one',
    (value) => isFunction(value) || Array.isArray(value),
  ],
  policies: [
    'a list of policies as { name, refuse }',
    (value) =>
      Array.isArray(value) &&
      value.every((stage) => isObject(stage) && isFunction(Reflect.get(stage, 'refuse'))),
  ],
  latestSigned: ['a function that returns a time', isFunction],
};

/**
 * Refuses options that a judge cannot use, and those that it does not know: a misspelt one would have no effect.
 *
 * @param options - of `createJudge`
 * @throws TrustFault `ENTENTE_BAD_JUDGE_OPTION`, `ENTENTE_BAD_ANCHOR_LIMIT`
 */
export function checkJudgeOptions(options: {
  readonly anchors: AnchorSet | (() => AnchorSet);
  readonly policy?: TrustPolicy;
}): void {
  if (!isObject(options)) throw misuse(code, 'createJudge', 'options as { anchors }', options);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined)
    throw misuse(code, 'createJudge', `only ${Object.keys(rules).join(', ')} as options`, unknown);
  for (const [name, [wanted, fits]] of Object.entries(rules)) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined && name !== 'anchors') continue;
    if (!fits(value)) throw misuse(code, `createJudge: ${name}`, wanted, value);
  }
  if (typeof options.anchors !== 'function') checkAnchors(options.anchors);
  if (options.policy !== undefined) checkPolicy(options.policy);
}
