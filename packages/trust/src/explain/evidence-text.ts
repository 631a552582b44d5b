import { clip, counted, listed, moment } from '../reasons/entry.ts';
import type { Evidence } from '../reasons/evidence.ts';

/**
 * Describes one piece of evidence in words.
 *
 * @param evidence - from a verdict
 * @returns a sentence without full stop
 */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'parsed':
      return `${counted(evidence.certificates, 'certificate')}, ${counted(evidence.bytes, 'byte')}`;
    case 'path-found':
      return `${way(evidence.subjects)}, anchor "${evidence.anchor}"`;
    case 'path-examined':
      return `${way(evidence.subjects)}, anchor "${evidence.anchor}": ${listed(evidence.faults, 'nothing wrong')}`;
    case 'search-ended':
      return `no valid path after ${counted(evidence.spent.steps, 'candidate')} and ${counted(evidence.spent.signatures, 'signature')}`;
    case 'limits-held':
      return `within the limits of anchor "${evidence.anchor}": ${listed(evidence.limits)}`;
    case 'server-auth-sufficed':
      return `serverAuth alone is accepted from clients below anchor "${evidence.anchor}"`;
    case 'not-revoked':
      return `${who(evidence)} is not revoked, according to ${source(evidence)}`;
    case 'within-grace':
      return `${who(evidence)} was not revoked, according to ${source(evidence)}, which is past its nextUpdate and within the grace period`;
    case 'not-asked':
      return `the revocation of ${who(evidence)} is not checked (${evidence.because})`;
    case 'name-found':
      return `expected ${clip(evidence.expected)}, found ${clip(evidence.matched)} (${evidence.mode} rules)`;
    case 'dane-fits':
      return `the path matches the TLSA records of ${evidence.host} (${counted(evidence.records, 'record')})`;
    case 'dane-unusable':
      return `no usable TLSA record of ${evidence.host} (${counted(evidence.records, 'record')}): treated as none`;
    case 'identities':
      return `no name was expected; the certificate carries ${listed(evidence.names, 'none')}`;
    case 'authorised':
      return authorised(evidence);
    case 'not-refused':
      return `"${evidence.policy}" accepts the peer`;
  }
}

function way(subjects: readonly string[]): string {
  return subjects.map((subject) => (subject === '' ? '(no subject)' : clip(subject))).join(' ← ');
}

function who({ depth, subject }: { readonly depth: number; readonly subject: string }): string {
  return depth === 0 ? 'the leaf' : `"${clip(subject)}"`;
}

function source(evidence: Extract<Evidence, { kind: 'not-revoked' | 'within-grace' }>): string {
  const name = { crl: 'the CRL', ocsp: 'the OCSP response', 'stapled-ocsp': 'the stapled OCSP response' }[
    evidence.source
  ];
  const hours = Math.round(evidence.ageMs / 360_000) / 10;
  const next = evidence.nextUpdate === undefined ? '' : `, next ${moment(evidence.nextUpdate)}`;
  return `${name} of "${clip(evidence.signer)}" (${hours} h old${next})`;
}

function authorised({ server, role, row }: Extract<Evidence, { kind: 'authorised' }>): string {
  const as = server === undefined ? 'the peer' : server;
  const inRole = role === undefined ? '' : `, role ${role}`;
  return `${as} may use the link${inRole}${row === undefined ? '' : `, row ${row} of the allow matrix`}`;
}
