import { spawnSync } from 'node:child_process';

/** Sources of rules that bind a private authority, as zlint names them. */
export const bindingSources: readonly string[] = [
  'RFC3279',
  'RFC5280',
  'RFC5480',
  'RFC5891',
  'RFC8813',
  'Community',
];

/**
 * Sources that are left out, and why. A certificate of a server breaks some of their rules on purpose: it has `sip:` URIs, names that no
 * public registry knows and a common name, and it has neither an OCSP address nor a policy.
 */
export const excludedSources: Readonly<Record<string, string>> = {
  Apple: 'the root programme of a vendor, for CAs of the Web PKI',
  CABF_BR: 'the Baseline Requirements, for CAs that browsers trust',
  CABF_EV: 'Extended Validation, for CAs that browsers trust',
  CABF_SMIME_BR: 'certificates for mail; no profile has emailProtection',
  ETSI_ESI: 'qualified certificates of the eIDAS regulation',
  Mozilla: 'the root programme of a vendor, for CAs of the Web PKI',
};

/** One rule that a certificate does not fulfil. */
export interface ZlintFinding {
  /** Name of the rule, e.g. `e_ca_key_cert_sign_not_set`. */
  readonly lint: string;
  /** `warn`, `error` or `fatal`; zlint's `info` says nothing against a certificate. */
  readonly result: string;
}

/** What zlint says of one certificate or list. */
export interface ZlintReport {
  readonly findings: readonly ZlintFinding[];
  /** Rules that apply to the certificate, and that it fulfils. */
  readonly passed: number;
}

/** The sources of rules that the installed zlint has. */
export function zlintSources(): readonly string[] {
  const lines = zlint(['-list-lints-source']).split('\n');
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))];
}

/**
 * Checks a certificate or a revocation list by the rules of all sources but the {@link excludedSources}: 3.6.2 does not take each source that it lists as one to
 * include.
 *
 * @param file - PEM
 * @throws Error where zlint does not read it
 */
export function zlintReport(file: string): ZlintReport {
  const text = zlint([`-excludeSources=${Object.keys(excludedSources).join(',')}`, file]);
  return readReport(text);
}

/**
 * Reads what zlint prints of a certificate: an object with an entry for each rule.
 *
 * @throws Error where it is anything else, or says that no rule applies
 */
export function readReport(text: string): ZlintReport {
  const rules = Object.entries(JSON.parse(text) as Record<string, { readonly result?: unknown }>);
  const known = new Set(['NA', 'NE', 'info', 'pass']);
  const passed = rules.filter(([, { result }]) => result === 'pass').length;
  if (passed === 0) throw new Error(`zlint applied no rule: ${text.slice(0, 200)}`);
  const findings = rules
    .filter(([, { result }]) => !known.has(String(result)))
    .map(([lint, { result }]) => ({ lint, result: String(result) }));
  return { findings, passed };
}

function zlint(args: readonly string[]): string {
  const { error, status, stderr, stdout } = spawnSync('zlint', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`zlint ended with status ${status}: ${stderr.trim()}`);
  return stdout;
}
