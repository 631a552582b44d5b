import type { Certificate } from '@entente/x509';
import { rfc5280Rules } from './rfc5280-rules.ts';
import type { Part, Rules } from './rule.ts';
import { webPkiRules } from './web-pki-rules.ts';

/** Place and nature of a breach. */
export interface RuleBreach {
  readonly where: string;
  readonly problem: string;
}

/** The rules of both profiles, by name. */
const rules = { ...rfc5280Rules, ...webPkiRules };

/** Name of a rule for single certificates. */
export type CertificateRule = keyof typeof rules;

/** Whether a name is that of a rule. */
export function isRule(name: string): boolean {
  return Object.hasOwn(rules, name);
}

/**
 * Checks a certificate against the rules of a profile.
 *
 * @returns the first breach, or undefined
 */
export function ruleBreach(
  certificate: Certificate,
  part: Part,
  names: readonly CertificateRule[],
): RuleBreach | undefined {
  for (const name of names) {
    const [where, check] = rules[name] as Rules[string];
    const problem = check(certificate, part);
    if (problem !== undefined) return { where, problem };
  }
  return undefined;
}
