import { type Certificate, oids } from '@entente/x509';
import { claimedNames, nameText } from '../names/certificate-names.ts';
import type { TrustAnchor } from '../policy/anchor.ts';
import { reject } from '../reasons/catalogue.ts';
import { ruleBreach } from '../rules/certificate-rules.ts';
import { hasUnknownQualifier } from '../rules/policy-qualifiers.ts';
import { refuseKey } from '../signatures/algorithm-policy.ts';
import { verificationKey } from '../signatures/public-key.ts';
import { signatureAlgorithm } from '../signatures/signature-algorithm.ts';
import { constraintBreach, constraintSet } from './name-constraints.ts';
import type { PathContext } from './path-context.ts';
import type { PathState } from './path-state.ts';

/** Whether issuer and subject are the same name. @see RFC 5280 §3.2 */
export function isSelfIssued(certificate: Certificate): boolean {
  return certificate.subject.canonical === certificate.issuer.canonical;
}

/**
 * The state at an anchor. Rejections of the anchor itself go into the sink.
 * @see RFC 5280 §6.1.2, RFC 5937
 */
export function anchorState(anchor: TrustAnchor, depth: number, context: PathContext): PathState {
  const { certificate } = anchor;
  const asCertificate = context.policy.anchorIs === 'certificate';
  const at = { depth, subject: '' };
  if (asCertificate) {
    checkIssuer(certificate, 'anchor', at, context);
    checkKey(certificate, at, context);
  }
  const pathLength = asCertificate ? certificate.basicConstraints?.pathLength : undefined;
  const constraints = asCertificate ? constraintSet(certificate) : undefined;
  const state = {
    anchor,
    parent: undefined,
    certificate,
    issuers: [],
    key: verificationKey(certificate),
    position: 0,
    lengthLimit: undefined as PathState['lengthLimit'],
    constraints: constraints === undefined ? [] : [constraints],
    policiesMatter:
      context.policy.policies.requireExplicit || (asCertificate && canRequirePolicies(certificate)),
    below: undefined,
    standing: undefined,
  };
  if (pathLength !== undefined) state.lengthLimit = { remaining: pathLength, by: state };
  return state;
}

/**
 * Validates one intermediate: RFC 5280 §6.1.3 without time and policies, and §6.1.4. Rejections go into the sink.
 *
 * @returns the new state, or undefined where the signature does not verify: nothing in such a certificate counts
 */
export function intermediateState(
  above: PathState,
  certificate: Certificate,
  depth: number,
  context: PathContext,
): PathState | undefined {
  const known = above.below?.get(certificate);
  if (known !== undefined) return known;
  const found = context.sink.length;
  const at = { depth, subject: '' };
  if (!checkSignature(above, certificate, at, context)) return undefined;
  checkIssuer(certificate, 'intermediate', at, context);
  checkKey(certificate, at, context);
  const selfIssued = isSelfIssued(certificate);
  if (!selfIssued) checkNames(above, certificate, at, context);

  const state: Mutable<PathState> = {
    anchor: above.anchor,
    parent: above,
    certificate,
    issuers: [certificate, ...above.issuers],
    key: verificationKey(certificate, above.key),
    position: above.position + 1,
    lengthLimit: above.lengthLimit,
    constraints: above.constraints,
    policiesMatter: above.policiesMatter || canRequirePolicies(certificate),
    below: undefined,
    standing: undefined,
  };
  // §6.1.4 (l) and (m)
  if (!selfIssued && above.lengthLimit !== undefined) {
    const { remaining, by } = above.lengthLimit;
    if (remaining <= 0) {
      const allowed = by.certificate.basicConstraints?.pathLength ?? 0;
      context.sink.push(
        reject('path-length-exceeded', {
          depth: depth + state.position - by.position,
          subject: by.certificate.subject.toString(),
          allowed,
          found: allowed + 1,
        }),
      );
    }
    state.lengthLimit = { remaining: remaining - 1, by };
  }
  const pathLength = certificate.basicConstraints?.pathLength;
  if (
    pathLength !== undefined &&
    (state.lengthLimit === undefined || pathLength < state.lengthLimit.remaining)
  ) {
    state.lengthLimit = { remaining: pathLength, by: state };
  }
  const constraints = constraintSet(certificate);
  if (constraints !== undefined) state.constraints = [...above.constraints, constraints];
  if (context.sink.length === found) keep(above, state);
  return state;
}

/** Whether a path below this CA can fail because of its policies. */
function canRequirePolicies({ policyConstraints, policyMappings }: Certificate): boolean {
  return policyConstraints?.requireExplicit !== undefined || policyMappings !== undefined;
}

/** By the certificate as it was read: what a peer has presented is gone after its verdict, and must not stay here. */
function keep(above: PathState, state: PathState): void {
  above.below ??= new WeakMap();
  above.below.set(state.certificate, state);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Validates the last certificate of a path: RFC 5280 §6.1.3 without time and policies, and §6.1.5.
 *
 * @param forTls - whether the key must authenticate a TLS connection
 * @returns false where the signature does not verify
 */
export function checkLeaf(
  above: PathState,
  leaf: Certificate,
  context: PathContext,
  forTls: boolean,
): boolean {
  const at = { depth: 0, subject: '' };
  const { sink } = context;
  if (!checkSignature(above, leaf, at, context)) return false;
  checkKey(leaf, at, context);
  checkNames(above, leaf, at, context);
  checkCritical(leaf, at, context);
  const breach = ruleBreach(leaf, 'leaf', context.policy.certificateRules);
  if (breach !== undefined) sink.push(reject('malformed-certificate', { depth: 0, ...breach }));
  const { keyUsage } = leaf;
  if (
    forTls &&
    context.policy.leafKeyUsage &&
    keyUsage !== undefined &&
    !(keyUsage.digitalSignature || keyUsage.keyAgreement || keyUsage.keyEncipherment)
  ) {
    sink.push(
      reject('key-usage-missing', { depth: 0, subject: leaf.subject.toString(), needed: 'digitalSignature' }),
    );
  }
  return true;
}

interface At {
  readonly depth: number;
  subject: string;
}

function checkSignature(above: PathState, certificate: Certificate, at: At, context: PathContext): boolean {
  const { policy, sink } = context;
  const algorithm = signatureAlgorithm(certificate.signatureAlgorithm);
  const name = algorithm?.name ?? certificate.signatureAlgorithm.oid;
  if (algorithm === undefined || !policy.algorithms.signatures.includes(algorithm.name)) {
    const subject = certificate.subject.toString();
    sink.push(
      reject('algorithm-not-allowed', {
        ...at,
        subject,
        algorithm: name,
        allowed: policy.algorithms.signatures,
      }),
    );
    return false;
  }
  if (context.signatures.verify(certificate, above.key, context.spending)) return true;
  sink.push(
    reject('signature-invalid', {
      depth: at.depth,
      subject: certificate.subject.toString(),
      issuer: above.certificate.subject.toString(),
      algorithm: name,
    }),
  );
  return false;
}

function checkKey(certificate: Certificate, at: At, context: PathContext): void {
  const refusal = refuseKey(certificate.publicKey, context.policy.algorithms, at);
  if (refusal !== undefined) {
    context.sink.push(
      refuseKey(certificate.publicKey, context.policy.algorithms, named(at, certificate)) ?? refusal,
    );
  }
}

function checkCritical(certificate: Certificate, at: At, context: PathContext): void {
  for (const oid of certificate.unknownCritical) {
    context.sink.push(reject('unknown-critical-extension', { ...named(at, certificate), oid }));
  }
  if (hasUnknownQualifier(certificate)) {
    const oid = oids.certificatePolicies;
    context.sink.push(reject('unknown-critical-extension', { ...named(at, certificate), oid }));
  }
}

/** What a certificate must be to issue others. @see RFC 5280 §6.1.4 (k), (n), (o) */
export function checkIssuer(
  certificate: Certificate,
  part: 'intermediate' | 'anchor',
  at: At,
  context: PathContext,
): void {
  const { sink } = context;
  const { basicConstraints, keyUsage } = certificate;
  if (basicConstraints?.cA !== true) {
    const found =
      basicConstraints === undefined
        ? `no basicConstraints (version ${certificate.version})`
        : 'basicConstraints without cA';
    sink.push(reject('not-a-ca', { ...named(at, certificate), found }));
  }
  if (keyUsage !== undefined && !keyUsage.keyCertSign) {
    sink.push(reject('key-usage-missing', { ...named(at, certificate), needed: 'keyCertSign' }));
  }
  checkCritical(certificate, at, context);
  const breach = ruleBreach(certificate, part, context.policy.certificateRules);
  if (breach !== undefined) sink.push(reject('malformed-certificate', { depth: at.depth, ...breach }));
}

function checkNames(above: PathState, certificate: Certificate, at: At, context: PathContext): void {
  if (above.constraints.length === 0) return;
  const names = claimedNames(certificate, at.depth === 0);
  for (const set of above.constraints) {
    const breach = constraintBreach(names, set, context.spending);
    if (breach === undefined) continue;
    const { name, constraint, by } = breach;
    context.sink.push(
      reject('name-constraint-violated', { ...named(at, certificate), name: nameText(name), constraint, by }),
    );
  }
}

/** Subjects are written as text only for rejections: that costs more than all checks of a valid certificate. */
function named(at: At, certificate: Certificate): { depth: number; subject: string } {
  return { depth: at.depth, subject: certificate.subject.toString() };
}
