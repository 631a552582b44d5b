import { type Certificate, type GeneralName, oids } from '@entente/x509';
import { claimedNames } from '../names/certificate-names.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { refuseKey } from '../signatures/algorithm-policy.ts';
import { constraintBreach, constraintSet } from './name-constraints.ts';
import { type PathContext, withSink } from './path-context.ts';
import { checkIssuer } from './step-path.ts';

const anywhere = { depth: 0, subject: '' };

/**
 * Finds the certificates that can be in no path of a target, whatever lies between them, before a signature is verified:
 * backtracking through them would use the budget up. What it lets through is validated with its path.
 */
export class IssuerFilter {
  readonly #target: Certificate;
  readonly #context: PathContext;
  readonly #end: 'peer' | 'crl-signer';
  #names: readonly GeneralName[] | undefined;

  /**
   * @param target - where the paths begin
   * @param context - budget and rules
   * @param end - what the target is for
   */
  constructor(target: Certificate, context: PathContext, end: 'peer' | 'crl-signer') {
    this.#target = target;
    this.#context = context;
    this.#end = end;
  }

  /**
   * Whether the target can end any path. Where it cannot, there is no path to search for, only a fault to explain: it would be
   * met again on every way up.
   */
  mayEnd(): boolean {
    const { now, policy } = this.#context;
    const target = this.#target;
    if (now < target.notBefore || now > target.notAfter || target.unknownCritical.length > 0) return false;
    return (
      refuseKey(target.publicKey, policy.algorithms, anywhere) === undefined && this.#coversPurpose(target)
    );
  }

  /** @param issuer - a candidate */
  mayIssue(issuer: Certificate): boolean {
    const { now, policy } = this.#context;
    if (now < issuer.notBefore || now > issuer.notAfter) return false;
    const sink: Rejection[] = [];
    checkIssuer(issuer, 'intermediate', anywhere, withSink(this.#context, sink));
    if (sink.length > 0 || refuseKey(issuer.publicKey, policy.algorithms, anywhere) !== undefined)
      return false;
    return this.#coversPurpose(issuer) && this.#permitsNames(issuer);
  }

  #coversPurpose({ extKeyUsage: found }: Certificate): boolean {
    const { policy, purpose } = this.#context;
    if (this.#end !== 'peer' || policy.extKeyUsage.mode === 'ignore' || found === undefined) return true;
    // Which anchor the path ends at is not known yet, so the usage that only some anchors accept counts here.
    const accepted = [purpose.oid, purpose.alternative?.oid, oids.anyExtendedKeyUsage];
    return accepted.some((oid) => oid !== undefined && found.includes(oid));
  }

  /** The constraints of every CA above apply to the names of the last certificate. @see RFC 5280 §6.1.3 (b) and (c) */
  #permitsNames(issuer: Certificate): boolean {
    const constraints = constraintSet(issuer);
    if (constraints === undefined) return true;
    this.#names ??= claimedNames(this.#target, true);
    return constraintBreach(this.#names, constraints, this.#context.spending) === undefined;
  }
}
