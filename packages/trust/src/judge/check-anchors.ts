import { TrustFault } from '../fault.ts';
import { isObject, isTexts, misuse } from '../misuse.ts';
import { domainsOf } from '../path/anchor-limits.ts';
import type { AnchorLimits, AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { isRevocationPolicy, revocationPolicies } from '../policy/revocation-policy.ts';

/**
 * Refuses anchors whose limits would not limit: a misspelt name, or a number that is not one. Callers in JavaScript have no compiler
 * that finds it.
 *
 * @param set - the anchors
 * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT`, or `ENTENTE_BAD_JUDGE_OPTION` for anything that is not an anchor
 */
export function checkAnchors(set: AnchorSet): void {
  const anchors: unknown = isObject(set) ? set.anchors : undefined;
  if (!Array.isArray(anchors)) throw notAnchors('anchors', 'an anchor set as { anchors: […] }', anchors);
  for (const anchor of anchors as AnchorSet['anchors']) {
    if (!isObject(anchor) || typeof anchor.name !== 'string' || !isObject(anchor.certificate))
      throw notAnchors('anchors', 'each anchor as { name, certificate }', anchor);
    const unknown = Object.keys(anchor).find((name) => !anchorFields.has(name));
    if (unknown !== undefined) throw unknownName(anchor, unknown, [...anchorFields]);
    checkLimits(anchor);
    checkRevocation(anchor);
    checkOthers(anchor);
  }
}

const anchorFields: ReadonlySet<string> = new Set(
  Object.keys({
    name: true,
    certificate: true,
    limits: true,
    revocation: true,
    serverAuthSuffices: true,
    issuersFrom: true,
  } satisfies Record<keyof TrustAnchor, true>),
);

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

function checkLimits(anchor: TrustAnchor): void {
  const { limits } = anchor;
  if (limits === undefined) return;
  for (const [name, value] of Object.entries(limits)) {
    const rule = (limitRules as Readonly<Record<string, (typeof limitRules)[keyof AnchorLimits]>>)[name];
    if (rule === undefined) throw unknownName(anchor, `limits.${name}`, Object.keys(limitRules));
    const [wanted, fits] = rule;
    if (value !== undefined && !fits(value)) throw unlike(anchor, `limits.${name}`, wanted);
  }
  domainsOf(limits);
}

function checkRevocation(anchor: TrustAnchor): void {
  const { revocation } = anchor;
  if (revocation === undefined || isRevocationPolicy(revocation)) return;
  throw unlike(anchor, 'revocation', revocationPolicies);
}

/** A text such as `'false'` would count as yes. */
function checkOthers(anchor: TrustAnchor): void {
  const { issuersFrom, serverAuthSuffices } = anchor;
  if (serverAuthSuffices !== undefined && typeof serverAuthSuffices !== 'boolean')
    throw unlike(anchor, 'serverAuthSuffices', 'true or false');
  if (issuersFrom !== undefined && !isTexts(issuersFrom))
    throw unlike(anchor, 'issuersFrom', 'a list of texts');
}

function notAnchors(place: string, wanted: string, found: unknown): TrustFault {
  return misuse('ENTENTE_BAD_JUDGE_OPTION', place, wanted, found);
}

function unknownName({ name }: TrustAnchor, found: string, known: readonly string[]): TrustFault {
  return new TrustFault('ENTENTE_BAD_ANCHOR_LIMIT', {
    sentence: `expected only settings of an anchor, found ${found}`,
    place: `anchor ${name}`,
    remedy: `use one of ${known.join(', ')}, or leave it out`,
  });
}

function unlike({ name }: TrustAnchor, setting: string, wanted: string): TrustFault {
  return new TrustFault('ENTENTE_BAD_ANCHOR_LIMIT', {
    sentence: `expected ${wanted}, found something else`,
    place: `${setting} of the anchor ${name}`,
    remedy: `give ${wanted}, or leave it out`,
  });
}
