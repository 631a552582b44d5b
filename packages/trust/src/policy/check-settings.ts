import { TrustFault } from '../fault.ts';
import { isObject, isTexts } from '../misuse.ts';
import type { AnchorLimits, TrustAnchor } from './anchor.ts';
import { isRevocationPolicy, revocationPolicies } from './revocation-policy.ts';

/** What is looked at of an anchor, or of what several have in common. */
type Settings = Pick<TrustAnchor, 'name' | 'limits' | 'revocation'>;

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const list = ['a list of texts', isTexts] as const;

const limitRules: {
  readonly [K in keyof Required<AnchorLimits>]: readonly [string, (value: unknown) => boolean];
} = {
  domains: list,
  excludedDomains: list,
  links: list,
  maxDepth: ['a whole number of 0 or more', isCount],
  keyKinds: list,
  extKeyUsages: list,
  notAfter: ['milliseconds since the epoch', Number.isFinite],
};

/**
 * Refuses limits that would not limit, and a revocation policy that there is not. Whether domains are domains is looked at where they are compared.
 *
 * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT`
 */
export function checkSettings(anchor: Settings): void {
  const { limits, revocation } = anchor;
  if (limits !== undefined) {
    if (!isObject(limits) || Array.isArray(limits)) throw unlike(anchor, 'limits', 'an object with limits');
    for (const [name, value] of Object.entries(limits)) {
      const rule = Object.hasOwn(limitRules, name) ? limitRules[name as keyof AnchorLimits] : undefined;
      if (rule === undefined) throw unknownName(anchor, `limits.${name}`, Object.keys(limitRules));
      const [wanted, fits] = rule;
      if (value !== undefined && !fits(value)) throw unlike(anchor, `limits.${name}`, wanted);
    }
  }
  if (revocation !== undefined && !isRevocationPolicy(revocation))
    throw unlike(anchor, 'revocation', revocationPolicies);
}

/** The fault of a setting that there is not. */
export function unknownName({ name }: Settings, found: string, known: readonly string[]): TrustFault {
  return new TrustFault('ENTENTE_BAD_ANCHOR_LIMIT', {
    sentence: `expected only settings of an anchor, found ${found}`,
    place: `anchor ${name}`,
    remedy: `use one of ${known.join(', ')}, or leave it out`,
  });
}

/** The fault of a setting that has another form. */
export function unlike({ name }: Settings, setting: string, wanted: string): TrustFault {
  return new TrustFault('ENTENTE_BAD_ANCHOR_LIMIT', {
    sentence: `expected ${wanted}, found something else`,
    place: `${setting} of the anchor ${name}`,
    remedy: `give ${wanted}, or leave it out`,
  });
}
