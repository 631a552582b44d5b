import type { TopologyDocument } from '../document/document.ts';
import { rootCertificate } from '../network/enterprise-roots.ts';
import { checkAnchorNames, hasItsFingerprint } from './check-anchors.ts';
import type { Report } from './report.ts';

/**
 * Checks our own roots: members believe exactly these, so each needs a certificate that can be a root, and one is active.
 *
 * @param document - of the right shape
 * @param report - receives what is wrong
 */
export function checkOwnRoots(document: TopologyDocument, report: Report): void {
  const roots = document.anchors?.enterprise;
  if (roots === undefined) return;
  const path = ['anchors', 'enterprise'];
  checkAnchorNames(roots, path, report);
  const seen = new Map<string, string>();
  for (const [index, root] of roots.entries()) {
    const { certificate, name, sha256 } = root;
    const other = seen.get(sha256);
    if (other !== undefined) {
      report(
        'duplicate-id',
        [...path, index, 'sha256'],
        `The roots ${other} and ${name} have the same fingerprint.`,
        'Remove one of the two entries.',
      );
    }
    seen.set(sha256, name);
    if (certificate === undefined) {
      report(
        'root-unusable',
        [...path, index, 'name'],
        `Our root ${name} has a fingerprint but no certificate, so no member could believe it.`,
        'Add the certificate (entente topology add anchor --certificate FILE).',
      );
    } else if (!hasItsFingerprint(root)) {
      report(
        'fingerprint-mismatch',
        [...path, index, 'certificate'],
        `The certificate of ${name} does not have the fingerprint ${sha256}.`,
        'Copy both again from the machine with the key of the root.',
      );
    } else if (rootCertificate(root) === undefined) {
      report(
        'root-unusable',
        [...path, index, 'certificate'],
        `The certificate of our root ${name} is not that of a root: an authority that names itself as its issuer.`,
        'Give the certificate of the root itself (entente topology add anchor --certificate FILE).',
      );
    }
  }
  if (!roots.some(({ stage }) => (stage ?? 'active') === 'active')) {
    report(
      'no-active-root',
      path,
      'None of our own roots is active, so no authority could issue a certificate.',
      'Remove "stage" from the root below which the authority issues.',
    );
  }
}
