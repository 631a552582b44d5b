import { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import { isStringTag, readString, stringText } from '../der/text.ts';
import { canonicalName, readCanonicalName } from './canonical.ts';
import { rememberedCanonical } from './canonical-memo.ts';
import type { AttributeValue, Name } from './name.ts';
import { nameText } from './name-text.ts';

/** Checks a Name without building it. @see RFC 5280 §4.1.2.4 */
export function checkName(reader: DerReader, tag: number = TAG.SEQUENCE): void {
  const outer = reader.open(tag);
  if (reader.end - reader.pos > MAX_NAME_BYTES) {
    reader.fail(
      `expected a name of at most ${MAX_NAME_BYTES} octets, found more`,
      reader.pos,
      'limit-exceeded',
    );
  }
  let rdns = 0;
  while (reader.more()) {
    reader.count(++rdns);
    checkRdn(reader, TAG.SET);
  }
  reader.close(outer);
}

/**
 * Far beyond any real name: the RFC's own limit is 64 characters a value. Comparing names requires Unicode normalisation, which
 * can take quadratic time, and a name too long to compare must not escape an excluded subtree.
 */
const MAX_NAME_BYTES = 8192;

/** Checks a RelativeDistinguishedName without building it: one attribute or more, in the order of DER (X.690 §11.6). */
export function checkRdn(reader: DerReader, tag: number): void {
  const outer = reader.open(tag);
  let from = reader.pos;
  checkAttribute(reader);
  let attributes = 1;
  while (reader.more()) {
    reader.count(++attributes);
    const next = reader.pos;
    checkAttribute(reader);
    if (compareRanges(reader.bytes, from, next, next, reader.pos) > 0) {
      reader.fail('expected the elements of a SET OF in ascending order, found a smaller one', next);
    }
    from = next;
  }
  reader.close(outer);
}

function checkAttribute(reader: DerReader): void {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  const tag = reader.peek();
  if (isStringTag(tag)) readString(reader, tag);
  else {
    const type = oidText(reader.bytes, reader.start, reader.stop);
    if (TEXT_TYPES.has(type)) reader.fail(`expected a text as the value of ${type}, found another type`);
    reader.any();
  }
  reader.close(outer);
}

/** Attribute types whose values RFC 5280 appendix A.1 and RFC 4519 define as text. */
const TEXT_TYPES: ReadonlySet<string> = new Set([
  oids.commonName,
  oids.surname,
  oids.serialNumber,
  oids.countryName,
  oids.localityName,
  oids.stateOrProvinceName,
  oids.streetAddress,
  oids.organizationName,
  oids.organizationalUnitName,
  oids.title,
  oids.name,
  oids.givenName,
  oids.initials,
  oids.generationQualifier,
  oids.dnQualifier,
  oids.pseudonym,
  oids.organizationIdentifier,
  oids.userId,
  oids.domainComponent,
  oids.emailAddress,
]);

/** Order of two encodings in a SET OF: as if the shorter one were padded with zeros. @see X.690 §11.6 */
export function compareRanges(bytes: Uint8Array, a: number, aStop: number, b: number, bStop: number): number {
  const length = Math.min(aStop - a, bStop - b);
  for (let i = 0; i < length; i++) {
    const difference = bytes[a + i]! - bytes[b + i]!;
    if (difference !== 0) return difference;
  }
  return aStop - a - (bStop - b);
}

/** A Name over bytes that `checkName` accepted; its parts are built when they are read. */
export class LazyName implements Name {
  private readonly bytes: Uint8Array;
  private readonly from: number;
  private readonly to: number;
  private view: Uint8Array | undefined;
  private parts: readonly (readonly AttributeValue[])[] | undefined;
  private key: string | undefined;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  get der(): Uint8Array {
    this.view ??= this.bytes.subarray(this.from, this.to);
    return this.view;
  }

  get isEmpty(): boolean {
    return this.to - this.from === 2;
  }

  get rdns(): readonly (readonly AttributeValue[])[] {
    this.parts ??= buildRdns(this.bytes, this.from, this.to);
    return this.parts;
  }

  get canonical(): string {
    this.key ??=
      this.parts === undefined
        ? rememberedCanonical(this.bytes, this.from, this.to, makeCanonical)
        : canonicalName(this.parts);
    return this.key;
  }

  toString(): string {
    return nameText(this.rdns);
  }
}

function makeCanonical(bytes: Uint8Array, from: number, to: number): string {
  return readCanonicalName(nameReader(bytes, from, to));
}

function nameReader(bytes: Uint8Array, from: number, to: number): DerReader {
  const reader = new DerReader(bytes, 'name', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  reader.pos = from;
  reader.end = to;
  return reader;
}

function buildRdns(bytes: Uint8Array, from: number, to: number): AttributeValue[][] {
  const reader = nameReader(bytes, from, to);
  const rdns: AttributeValue[][] = [];
  const outer = reader.open(TAG.SEQUENCE);
  while (reader.more()) {
    const rdn: AttributeValue[] = [];
    const set = reader.open(TAG.SET);
    while (reader.more()) rdn.push(buildAttribute(reader));
    reader.close(set);
    rdns.push(rdn);
  }
  reader.close(outer);
  return rdns;
}

function buildAttribute(reader: DerReader): AttributeValue {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  const oid = oidText(reader.bytes, reader.start, reader.stop);
  const tag = reader.peek();
  reader.take(tag);
  const { bytes, start, stop } = reader;
  reader.close(outer);
  const text = isStringTag(tag) ? stringText(tag, bytes, start, stop) : undefined;
  return { oid, tag, bytes: bytes.subarray(start, stop), text };
}

/** Reads a Name. */
export function readName(reader: DerReader): Name {
  const from = reader.pos;
  checkName(reader);
  return new LazyName(reader.bytes, from, reader.pos);
}
