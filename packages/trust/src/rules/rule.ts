import type { Certificate } from '@entente/x509';

/** The role of a certificate in a path. */
export type Part = 'leaf' | 'intermediate' | 'anchor';

/** What a rule finds wrong with a certificate, or undefined. */
export type Check = (certificate: Certificate, part: Part) => string | undefined;

/** Rules by name, each with the field that it checks. */
export type Rules = Record<string, readonly [string, Check]>;

/** Whether an extension is there and critical. */
export function isCritical(certificate: Certificate, oid: string): boolean {
  return certificate.extensions.some((extension) => extension.oid === oid && extension.critical);
}

/** Whether an extension is there. */
export function hasExtension(certificate: Certificate, oid: string): boolean {
  return certificate.extensions.some((extension) => extension.oid === oid);
}
