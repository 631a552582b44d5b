import { isObject, isTexts, misuse } from '../misuse.ts';
import { isRule } from '../rules/certificate-rules.ts';
import type { TrustPolicy } from './profile.ts';
import { isRevocationPolicy, revocationPolicies } from './revocation-policy.ts';

type Rule = readonly [wanted: string, fits: (value: unknown) => boolean];
type Shape = { readonly [name: string]: Rule | Shape };
type ShapeOf<T> = { readonly [K in keyof Required<T>]: Rule | ShapeOf<Required<T>[K]> };

// A number that is not one limits nothing: every comparison with it is false.
const count: Rule = ['a number of 0 or more', (value) => typeof value === 'number' && value >= 0];
const countOrNone: Rule = [count[0], (value) => value === undefined || count[1](value)];
const flag: Rule = ['true or false', (value) => typeof value === 'boolean'];
const text: Rule = ['a text', (value) => typeof value === 'string'];
const texts: Rule = ['a list of texts', isTexts];
const oneOf = (...values: readonly string[]): Rule => [
  values.map((value) => `'${value}'`).join(' or '),
  (value) => values.includes(value as string),
];

const policyShape = {
  name: text,
  algorithms: { signatures: texts, keys: texts, minRsaBits: count, maxRsaBits: count, wholeOctets: flag },
  policies: { acceptable: texts, requireExplicit: flag, inhibitMapping: flag, inhibitAny: flag },
  budget: {
    signatures: count,
    steps: count,
    comparisons: count,
    maxIntermediates: count,
    maxBytes: count,
    maxLeafBytes: countOrNone,
    maxLeafNames: countOrNone,
  },
  certificateRules: ['a list of known rules', (value) => isTexts(value) && value.every(isRule)],
  anchorIs: oneOf('key', 'certificate'),
  extKeyUsage: { mode: oneOf('ignore', 'nested', 'required'), anyInLeaf: flag },
  leafKeyUsage: flag,
  revocation: {
    fallback: [revocationPolicies, isRevocationPolicy],
    maxAgeMs: countOrNone,
    withoutNextUpdateMs: count,
    futureSkewMs: count,
    strictCrls: flag,
    ocspSignerStatus: oneOf('required', 'if-known'),
  },
  commonNameFallback: flag,
} satisfies ShapeOf<TrustPolicy>;

/**
 * Refuses a profile in which a setting is missing, misspelt or of another type: some checks would not be made.
 *
 * @param policy - the profile
 * @throws TrustFault `ENTENTE_BAD_JUDGE_OPTION`
 */
export function checkPolicy(policy: TrustPolicy): void {
  check(policy, policyShape, 'policy');
}

function check(value: unknown, shape: Shape, place: string): void {
  if (!isObject(value)) throw unlike(place, 'settings as in profiles.entente', value);
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) throw unlike(place, `only ${Object.keys(shape).join(', ')}`, unknown);
  for (const [name, rule] of Object.entries(shape)) {
    const found: unknown = Reflect.get(value, name);
    if (!isRuleOf(rule)) check(found, rule, `${place}.${name}`);
    else if (!rule[1](found)) throw unlike(`${place}.${name}`, rule[0], found);
  }
}

function isRuleOf(rule: Rule | Shape): rule is Rule {
  return Array.isArray(rule);
}

function unlike(place: string, wanted: string, found: unknown) {
  return misuse('ENTENTE_BAD_JUDGE_OPTION', place, wanted, found);
}
