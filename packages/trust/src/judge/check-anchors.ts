import type { TrustFault } from '../fault.ts';
import { isObject, isTexts, misuse } from '../misuse.ts';
import { domainsOf } from '../path/anchor-limits.ts';
import type { AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { checkSettings, unknownName, unlike } from '../policy/check-settings.ts';

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
    checkSettings(anchor);
    if (anchor.limits !== undefined) domainsOf(anchor.limits);
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
