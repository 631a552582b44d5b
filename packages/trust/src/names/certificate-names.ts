import { type Certificate, type GeneralName, ipText, type Name, oids } from '@entente/x509';
import { looksLikeHost } from './host-name.ts';

/**
 * Every name that a certificate claims, in the forms that name constraints use.
 *
 * @param certificate - whose names
 * @param isLeaf - whether it is the leaf of a path; the common name of a CA is only a label
 * @returns subjectAltName entries, the subject, and what the subject implies: its mail addresses where there is no rfc822Name,
 *   and, in a leaf without any subjectAltName, common names that a careless client would take for a host
 * @see RFC 5280 §4.2.1.10
 */
export function claimedNames(certificate: Certificate, isLeaf: boolean): readonly GeneralName[] {
  const { subject } = certificate;
  const names: GeneralName[] = [...(certificate.subjectAltName ?? [])];
  const hasMail = names.some((name) => name.type === 'email');
  const hasAny = names.length > 0;
  if (subject.isEmpty) return names;
  names.push({ type: 'directory', name: subject });
  for (const attribute of subject.rdns.flat()) {
    if (attribute.text === undefined) continue;
    if (attribute.oid === oids.emailAddress && !hasMail) names.push({ type: 'email', value: attribute.text });
    if (
      attribute.oid === oids.commonName &&
      isLeaf &&
      !hasAny &&
      looksLikeHost(attribute.text) !== undefined
    ) {
      names.push({ type: 'dns', value: attribute.text.trim() });
    }
  }
  return names;
}

/** Common names of a subject, in order. */
export function commonNames(subject: Name): readonly string[] {
  return subject.rdns
    .flat()
    .filter((attribute) => attribute.oid === oids.commonName)
    .flatMap((attribute) => (attribute.text === undefined ? [] : [attribute.text]));
}

/** A name for people: kind and value. */
export function nameText(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
    case 'uri':
    case 'email':
      return `${name.type} ${name.value}`;
    case 'ip':
      return `ip ${ipText(name.bytes)}`;
    case 'directory':
      return `directory name ${name.name.toString()}`;
    case 'registered-id':
      return `registered id ${name.oid}`;
    case 'other':
      return `other name ${name.oid}`;
    default:
      return `${name.type} name`;
  }
}
