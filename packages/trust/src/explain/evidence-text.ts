import { clip, listed, moment } from '../reasons/entry.ts';
import type { Evidence } from '../reasons/evidence.ts';

/**
 * Says one piece of evidence in words.
 *
 * @param evidence - from a verdict
 * @returns a sentence without full stop
 */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'parsed':
      return `${evidence.certificates} certificates, ${evidence.bytes} octets`;
    case 'path-found':
      return `${way(evidence.subjects)}, anchor "${evidence.anchor}"`;
    case 'path-examined':
      return `${way(evidence.subjects)}, anchor "${evidence.anchor}": ${listed(evidence.faults, 'nothing wrong')}`;
    case 'search-ended':
      return `no valid path after ${evidence.spent.steps} candidates and ${evidence.spent.signatures} signatures`;
    case 'limits-held':
      return `within our limits on anchor "${evidence.anchor}": ${listed(evidence.limits)}`;
    case 'server-auth-sufficed':
      return `serverAuth alone is accepted from peers that dial us over anchor "${evidence.anchor}"`;
    case 'not-revoked':
      return `${who(evidence)} is not revoked, says ${source(evidence)}`;
    case 'within-grace':
      return `${who(evidence)} was not revoked, says ${source(evidence)}, which is past its nextUpdate and within the grace`;
    case 'not-asked':
      return `${who(evidence)} was not asked about, because ${evidence.because} says so`;
    case 'name-found':
      return `asked for ${clip(evidence.expected)}, found ${clip(evidence.matched)} (rules of ${evidence.mode})`;
    case 'dane-fits':
      return `one of ${evidence.records} TLSA records of ${evidence.host} fits the path`;
    case 'dane-unusable':
      return `none of ${evidence.records} TLSA records of ${evidence.host} can be used: as if there were none`;
    case 'identities':
      return `nobody was asked for by name; the certificate says ${listed(evidence.names, 'nothing')}`;
    case 'authorised':
      return authorised(evidence);
    case 'not-refused':
      return `"${evidence.policy}" does not object`;
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
