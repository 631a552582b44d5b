import { oids } from '../der/oids.ts';
import { hexText } from '../der/text.ts';
import type { AttributeValue } from './name.ts';

/** Short names of attribute types. @see RFC 4514 §3 */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  [oids.commonName, 'CN'],
  [oids.localityName, 'L'],
  [oids.stateOrProvinceName, 'ST'],
  [oids.organizationName, 'O'],
  [oids.organizationalUnitName, 'OU'],
  [oids.countryName, 'C'],
  [oids.streetAddress, 'STREET'],
  [oids.domainComponent, 'DC'],
  [oids.userId, 'UID'],
  [oids.surname, 'SN'],
  [oids.givenName, 'GN'],
  [oids.serialNumber, 'serialNumber'],
  [oids.title, 'title'],
  [oids.emailAddress, 'emailAddress'],
]);

/** A name as RFC 4514 writes it: the most specific RDN first. */
export function nameText(rdns: readonly (readonly AttributeValue[])[]): string {
  return rdns
    .map((rdn) => rdn.map(attributeText).join('+'))
    .reverse()
    .join(',');
}

function attributeText({ oid, bytes, text }: AttributeValue): string {
  const type = SHORT_NAMES.get(oid) ?? oid;
  return `${type}=${text === undefined ? `#${hexText(bytes, 0, bytes.length)}` : escapeText(text)}`;
}

// RFC 4514 §2.4, and control characters as hex, because the text is written to logs and terminals.
function escapeText(text: string): string {
  return text
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]| $/g, '\\$&')
    .replace(CONTROL, (c) => escapeOctets(c));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are searched for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escapeOctets(character: string): string {
  let escaped = '';
  for (const octet of new TextEncoder().encode(character)) {
    escaped += `\\${octet.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}
