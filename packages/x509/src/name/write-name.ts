import { DerWriter } from '../der/der-writer.ts';
import { checks, EncodeError } from '../der/encode-error.ts';
import { derOf, listOf, octetsOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import type { Name } from './name.ts';
import { LazyName } from './read-name.ts';

/** An attribute to write. */
export interface AttributeInput {
  /** Dotted decimal, e.g. `oids.commonName`. */
  readonly oid: string;
  /** One character or more; the type of string follows from `oid`. */
  readonly value: string;
}

/**
 * Builds a distinguished name.
 *
 * Text is encoded as UTF8String, except where RFC 5280 appendix A.1 requires another type: PrintableString for
 * countryName, serialNumber and dnQualifier, IA5String for domainComponent and emailAddress.
 *
 * @param rdns - root first; an array as an element is an RDN of several attributes
 * @throws EncodeError `ENTENTE_X509_ENCODE` where a value does not fit its type
 * @see RFC 5280 §4.1.2.4
 */
export function createName(rdns: readonly (AttributeInput | readonly AttributeInput[])[]): Name {
  const writer = new DerWriter(128);
  const name = writer.begin(TAG.SEQUENCE);
  for (const rdn of listOf(rdns, 'Name')) {
    const attributes: readonly AttributeInput[] = Array.isArray(rdn) ? rdn : [rdn as AttributeInput];
    if (attributes.length === 0)
      throw new EncodeError(
        'expected an RDN of one attribute or more, found none',
        'Name',
        'give an attribute, or leave the RDN out',
      );
    const encoded = attributes.map(encodeAttribute);
    writeSetOf(writer, encoded, TAG.SET);
  }
  writer.end(name);
  const der = writer.toBytes();
  return new LazyName(der, 0, der.length);
}

/**
 * A name with one more RDN, as in a distribution point that is relative to the CRL's issuer.
 * @param base - the name to extend
 * @param rdn - the whole SET, as `DistributionPointName` of type `relative` has it
 * @see RFC 5280 §4.2.1.13
 */
export function appendRdn(base: Name, rdn: Uint8Array): Name {
  const writer = new DerWriter(derOf(base, 'Name').length + octetsOf(rdn, 'RDN').length + 4);
  const name = writer.begin(TAG.SEQUENCE);
  const first = base.der[1]!;
  writer.raw(base.der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f)));
  writer.raw(rdn);
  writer.end(name);
  const der = writer.toBytes();
  return new LazyName(der, 0, der.length);
}

/** Writes a SET OF in the order of DER (X.690 §11.6). */
export function writeSetOf(writer: DerWriter, elements: readonly Uint8Array[], tag: number): void {
  const set = writer.begin(tag);
  for (const element of [...listOf(elements, 'SET OF')].sort(compareElements)) writer.raw(element);
  writer.end(set);
}

function compareElements(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

function encodeAttribute(input: AttributeInput): Uint8Array {
  checks.names(input, ['oid', 'value'], 'attribute of a name');
  const { oid, value } = input;
  if (typeof value !== 'string') throw checks.unlike(value, 'a text', `attribute ${oid} of a name`);
  const writer = new DerWriter(64);
  const attribute = writer.begin(TAG.SEQUENCE);
  writer.oid(oid);
  const tag = TYPES.get(oid) ?? TAG.UTF8_STRING;
  if (value === '')
    throw new EncodeError(
      'expected a value, found an empty one',
      `attribute ${oid} of a name`,
      'give a value, or leave the attribute out',
    );
  if (tag === TAG.PRINTABLE_STRING && !PRINTABLE.test(value)) {
    throw new EncodeError(
      `expected the alphabet of PrintableString, found "${value}"`,
      `attribute ${oid} of a name`,
      "use letters of ASCII, digits, space and '()+,-./:=? alone (RFC 5280 appendix A)",
    );
  }
  if (tag === TAG.IA5_STRING && !isAscii(value)) {
    throw new EncodeError(
      `expected ASCII, found "${value}"`,
      `attribute ${oid} of a name`,
      'write an internationalised name in its A-label form (RFC 5890 §2.3.2.1)',
    );
  }
  if (/[\ud800-\udfff]/u.test(value)) {
    throw new EncodeError(
      'expected well-formed text, found half a surrogate pair',
      `attribute ${oid} of a name`,
      'give whole characters: a text was probably cut in the middle of one',
    );
  }
  writer.element(tag, new TextEncoder().encode(value));
  writer.end(attribute);
  return writer.takeBytes();
}

/** Whether every character is ASCII. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

const TYPES: ReadonlyMap<string, number> = new Map([
  [oids.countryName, TAG.PRINTABLE_STRING],
  [oids.serialNumber, TAG.PRINTABLE_STRING],
  [oids.dnQualifier, TAG.PRINTABLE_STRING],
  [oids.domainComponent, TAG.IA5_STRING],
  [oids.emailAddress, TAG.IA5_STRING],
]);
