import { type Certificate, oids } from '@entente/x509';
import type { TrustAnchor } from '../policy/anchor.ts';
import { reject } from '../reasons/catalogue.ts';
import { limitBreaches } from './anchor-limits.ts';
import type { PathContext } from './path-context.ts';
import type { PathState } from './path-state.ts';
import { policyBreach } from './policy-graph.ts';

/**
 * The checks of a path that depend on the question: time, purpose, the limits of the anchor, and certificate policies.
 *
 * @param chain - leaf first, the anchor not included
 * @param above - state of the certificate above the leaf
 */
export function checkForLink(chain: readonly Certificate[], above: PathState, context: PathContext): void {
  const { anchor } = above;
  checkTimes(chain, anchor, context);
  checkPurpose(chain, above, context);
  if (anchor.limits !== undefined) {
    context.sink.push(
      ...limitBreaches(anchor, anchor.limits, chain, context.link, context.purpose, context.now),
    );
  }
  if (above.policiesMatter || chain[0]!.policyConstraints !== undefined) {
    const { policy, spending } = context;
    const counted = policy.anchorIs === 'certificate' ? anchor.certificate : undefined;
    const breach = policyBreach(chain, counted, policy.policies, spending);
    if (breach !== undefined) context.sink.push(breach);
  }
}

/** Validity of every certificate, inclusive at both ends. @see RFC 5280 §6.1.3 (a) (2) */
export function checkTimes(chain: readonly Certificate[], anchor: TrustAnchor, context: PathContext): void {
  for (let depth = 0; depth < chain.length; depth++) checkTime(chain[depth]!, depth, context);
  if (context.policy.anchorIs === 'certificate') checkTime(anchor.certificate, chain.length, context);
}

function checkTime(certificate: Certificate, depth: number, context: PathContext): void {
  const { now, sink } = context;
  const { notBefore, notAfter } = certificate;
  if (now > notAfter) {
    sink.push(
      reject('certificate-expired', { depth, subject: certificate.subject.toString(), notAfter, now }),
    );
  } else if (now < notBefore) {
    sink.push(
      reject('certificate-not-yet-valid', { depth, subject: certificate.subject.toString(), notBefore, now }),
    );
  }
}

/** Nested extended key usage: each certificate that has the extension narrows the purposes of those below it. */
function checkPurpose(chain: readonly Certificate[], above: PathState, context: PathContext): void {
  const { mode, anyInLeaf } = context.policy.extKeyUsage;
  if (mode === 'ignore') return;
  const { purpose, sink } = context;
  const { anchor } = above;
  const accepted: string[] = [purpose.oid];
  if (purpose.alternative !== undefined && anchor.serverAuthSuffices === true)
    accepted.push(purpose.alternative.oid);
  for (let depth = 0; depth <= chain.length; depth++) {
    const certificate = chain[depth] ?? anchor.certificate;
    if (depth === chain.length && context.policy.anchorIs === 'key') break;
    const usages = certificate.extKeyUsage;
    if (usages === undefined && !(depth === 0 && mode === 'required')) continue;
    const found = usages ?? [];
    if (accepted.some((oid) => found.includes(oid))) continue;
    if (found.includes(oids.anyExtendedKeyUsage) && (depth > 0 || anyInLeaf)) continue;
    sink.push(
      reject('extended-key-usage-missing', {
        depth,
        subject: certificate.subject.toString(),
        needed: purpose.name,
        found: found.map(purposeName),
      }),
    );
  }
}

const purposeNames = new Map<string, string>(
  (
    [
      'anyExtendedKeyUsage',
      'serverAuth',
      'clientAuth',
      'codeSigning',
      'emailProtection',
      'timeStamping',
      'ocspSigning',
      'sipDomain',
    ] as const
  ).map((name) => [oids[name], name]),
);

function purposeName(oid: string): string {
  return purposeNames.get(oid) ?? oid;
}
