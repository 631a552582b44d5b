import { issuerId, type PublishedIssuer, publishedObjects } from '@entente/pki';
import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, decodePemCertificates } from '@entente/x509';
import type { FindObject } from './answer-requests.ts';

/** What an edge knows of its own authorities; `Member` and `Credential` have it. */
export interface OwnObjects {
  /** The enterprise roots in force. */
  roots(): readonly Certificate[];
  /** Their lists and those of the authorities below; another array after each change. */
  lists(): readonly CertificateList[];
  /** The chains that this edge shows, outside first, PEM. */
  chains(): readonly string[];
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Finds, for outsiders, the signed objects of our authorities, byte for byte as the authority signed them: `/crl/<issuer>/0.crl` and
 * `/issuer/<issuer>.cer`. Nothing is fetched for a request, and nothing is there that no authority of ours has signed. A new list
 * replaces the old one between two requests.
 * @param own - where the objects come from
 */
export function mirroredObjects(own: OwnObjects): FindObject {
  let seen: readonly unknown[] = [];
  let find: FindObject = () => undefined;
  let before: readonly Certificate[] = [];
  return (path) => {
    const inForce = [own.lists(), ...own.roots(), ...own.chains()];
    if (inForce.length !== seen.length || inForce.some((item, index) => item !== seen[index])) {
      const { issuing, issuers } = issuersOf(own, before);
      find = publishedObjects(issuers, () => own.now());
      before = issuing;
      seen = inForce;
    }
    return find(path);
  };
}

/**
 * The issuing authorities first, then the roots, each with the list that it has signed. When our certificate is renewed by the next issuing
 * authority, partners still judge connections by the list of the one before: as long as that has a list in force, it stays.
 */
function issuersOf(
  own: OwnObjects,
  before: readonly Certificate[],
): { readonly issuing: readonly Certificate[]; readonly issuers: readonly PublishedIssuer[] } {
  const roots = own.roots();
  const listOf = (authority: Certificate) =>
    own.lists().find((candidate) => issued(authority, candidate) && isSignedBy(candidate, authority));
  const byId = new Map<string, Certificate>();
  for (const pem of own.chains()) {
    const decoded = decodePemCertificates(pem);
    for (const authority of decoded.ok ? decoded.value.slice(1) : []) {
      // A public CA may have certified our external name: its certificates are its own to publish.
      if (!roots.some((root) => issued(root, authority) && isSignedBy(authority, root))) continue;
      const id = issuerId(authority.publicKey.der);
      if (!byId.has(id)) byId.set(id, authority);
    }
  }
  for (const authority of before) {
    const id = issuerId(authority.publicKey.der);
    const isOurs = roots.some((root) => issued(root, authority) && isSignedBy(authority, root));
    if (isOurs && !byId.has(id) && listOf(authority) !== undefined) byId.set(id, authority);
  }
  const issuing = [...byId.values()];
  for (const root of roots) byId.set(issuerId(root.publicKey.der), root);
  const issuers = [...byId.values()].map((authority): PublishedIssuer => {
    const list = listOf(authority);
    return {
      certificate: authority.der,
      publicKey: authority.publicKey.der,
      crl: (shard) => (shard === 0 && list !== undefined ? published(list) : undefined),
    };
  });
  return { issuing, issuers };
}

function issued(authority: Certificate, { issuer }: Pick<Certificate | CertificateList, 'issuer'>): boolean {
  return authority.subject.canonical === issuer.canonical;
}

function published(list: CertificateList) {
  const { crlNumber = 0n, der, thisUpdate, nextUpdate = thisUpdate } = list;
  return { der, number: Number(crlNumber), thisUpdate, nextUpdate };
}
