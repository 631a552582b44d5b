import { isRecord, object, type Shape, text, texts, yesOrNo } from '@entente/options';
import { misuse } from '../misuse.ts';
import { domainsOf } from '../path/anchor-limits.ts';
import type { AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { anchorChecks, settingsShape } from '../policy/check-settings.ts';

const shape: Shape<TrustAnchor> = {
  name: text,
  certificate: object,
  ...settingsShape,
  serverAuthSuffices: yesOrNo,
  issuersFrom: texts,
};

/**
 * Refuses anchors whose limits would not limit: a misspelt name, or a number that is not one.
 *
 * @param set - the anchors
 * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT`, or `ENTENTE_BAD_JUDGE_OPTION` for anything that is not an anchor
 */
export function checkAnchors(set: AnchorSet): void {
  const anchors: unknown = isRecord(set) ? set.anchors : undefined;
  if (!Array.isArray(anchors)) throw notAnchors('an anchor set as { anchors: […] }', anchors);
  for (const anchor of anchors as AnchorSet['anchors']) {
    if (!isRecord(anchor) || typeof anchor.name !== 'string' || !isRecord(anchor.certificate))
      throw notAnchors('a list, each anchor as { name, certificate }', anchor);
    anchorChecks.options(anchor, shape, `the anchor ${anchor.name}`);
    if (anchor.limits !== undefined) domainsOf(anchor.limits);
  }
}

function notAnchors(wanted: string, found: unknown): Error {
  return misuse('ENTENTE_BAD_JUDGE_OPTION', 'anchors', wanted, found);
}
