import { nested, number, rule, type Shape, texts, wholeNumber } from '@entente/options';
import { checksOf } from '../misuse.ts';
import type { AnchorLimits, TrustAnchor } from './anchor.ts';
import { isRevocationPolicy, revocationPolicies } from './revocation-policy.ts';

/** Limits of an anchor, or what several have in common. Whether domains are domains is checked where they are compared. */
export const settingsShape: Shape<Pick<TrustAnchor, 'limits' | 'revocation'>> = {
  limits: nested<AnchorLimits>({
    domains: texts,
    excludedDomains: texts,
    links: texts,
    maxDepth: wholeNumber(0),
    keyKinds: texts,
    extKeyUsages: texts,
    notAfter: number,
  }),
  revocation: rule(revocationPolicies, isRevocationPolicy),
};

/** Refuses limits that would not limit. */
export const anchorChecks = checksOf('ENTENTE_BAD_ANCHOR_LIMIT');

/**
 * Refuses limits that would not limit, and a revocation policy that does not exist.
 *
 * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT`
 */
export function checkSettings({
  limits,
  name,
  revocation,
}: Pick<TrustAnchor, 'name' | 'limits' | 'revocation'>): void {
  anchorChecks.options({ limits, revocation }, settingsShape, `the anchor ${name}`);
}
