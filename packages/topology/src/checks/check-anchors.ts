import type { AnchorReference } from '../document/partner.ts';
import { sha256Hex } from '../document/topology-hash.ts';
import type { Path } from '../terms/problem.ts';
import type { Report } from './report.ts';

/**
 * Checks a list of roots of partners or third parties.
 *
 * @param anchors - the list
 * @param path - where it is in the document
 * @param report - receives what is wrong
 */
export function checkAnchors(anchors: readonly AnchorReference[], path: Path, report: Report): void {
  checkAnchorNames(anchors, path, report);
  for (const [index, anchor] of anchors.entries()) {
    if (anchor.certificate === undefined) {
      report(
        'anchor-without-certificate',
        [...path, index, 'name'],
        `The anchor ${anchor.name} has a fingerprint but no certificate, so members cannot use it yet.`,
        'Add the certificate (entente topology add anchor --certificate FILE).',
      );
    } else if (!hasItsFingerprint(anchor)) {
      report(
        'fingerprint-mismatch',
        [...path, index, 'certificate'],
        `The certificate of ${anchor.name} does not have the fingerprint ${anchor.sha256}.`,
        'Ask the partner for both again, over a channel that you trust.',
      );
    }
  }
}

/**
 * Checks that no name is used twice.
 *
 * @param anchors - the list
 * @param path - where it is in the document
 * @param report - receives what is wrong
 */
export function checkAnchorNames(anchors: readonly AnchorReference[], path: Path, report: Report): void {
  const names = new Map<string, string>();
  for (const [index, { name, sha256 }] of anchors.entries()) {
    const other = names.get(name);
    if (other !== undefined) {
      const [message, remedy] =
        other === sha256
          ? [`The root ${name} is listed more than once.`, 'Remove one of the two entries.']
          : [`The anchor name ${name} is used more than once.`, 'Give it another name.'];
      report('duplicate-id', [...path, index, 'name'], message, remedy);
    }
    names.set(name, sha256);
  }
}

/**
 * Whether the certificate of an anchor has the fingerprint beside it.
 *
 * @param anchor - with its certificate
 */
export function hasItsFingerprint({ certificate, sha256 }: AnchorReference): boolean {
  return certificate !== undefined && sha256Hex(Buffer.from(certificate, 'base64')) === sha256;
}
