import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { TAG } from '../der/tags.ts';
import type { GeneralName } from '../name/general-name.ts';
import { readGeneralName, readGeneralNames } from '../name/read-general-name.ts';
import type {
  AccessDescription,
  AuthorityKeyIdentifier,
  BasicConstraints,
  GeneralSubtree,
  KeyUsage,
  NameConstraints,
  PolicyConstraints,
  PolicyMapping,
} from './extension-values.ts';

/**
 * Reads the value of one extension. One function both checks and builds, so that the two cannot disagree: with `build` false it
 * reads the same, allocates next to nothing and returns undefined.
 */
export type ExtensionReader<T> = (reader: DerReader, build: boolean, critical: boolean) => T | undefined;

export const readBasicConstraints: ExtensionReader<BasicConstraints> = (reader, build, critical) => {
  const outer = reader.open(TAG.SEQUENCE);
  const cA = reader.optionalTrue();
  const pathLength = reader.more() ? reader.smallUnsigned() : undefined;
  reader.close(outer);
  return build ? { cA, pathLength, critical } : undefined;
};

export const readKeyUsage: ExtensionReader<KeyUsage> = (reader, build) => {
  // Roots in every trust store have trailing zeros here, which are harmless.
  const bits = reader.namedBits(9, TAG.BIT_STRING, true);
  // RFC 5280 §4.2.1.3: at least one bit is set.
  if (bits === 0) reader.fail('expected a key usage with a bit set, found none', reader.start);
  if (!build) return undefined;
  return {
    digitalSignature: (bits & 1) !== 0,
    contentCommitment: (bits & 2) !== 0,
    keyEncipherment: (bits & 4) !== 0,
    dataEncipherment: (bits & 8) !== 0,
    keyAgreement: (bits & 16) !== 0,
    keyCertSign: (bits & 32) !== 0,
    cRLSign: (bits & 64) !== 0,
    encipherOnly: (bits & 128) !== 0,
    decipherOnly: (bits & 256) !== 0,
  };
};

export const readExtKeyUsage: ExtensionReader<readonly string[]> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  const purposes: string[] = [];
  let count = 0;
  do {
    reader.count(++count);
    reader.oid();
    if (build) purposes.push(oidText(reader.bytes, reader.start, reader.stop));
  } while (reader.more());
  reader.close(outer);
  return build ? purposes : undefined;
};

export const readAltName: ExtensionReader<readonly GeneralName[]> = (reader, build) =>
  readGeneralNames(reader, build, TAG.SEQUENCE);

export const readNameConstraints: ExtensionReader<NameConstraints> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  // RFC 5280 §4.2.1.10: not an empty sequence.
  if (!reader.more()) reader.fail('expected permitted or excluded subtrees, found neither');
  const permitted = reader.peek() === 0xa0 ? readSubtrees(reader, build, 0xa0) : NONE;
  const excluded = reader.more() ? readSubtrees(reader, build, 0xa1) : NONE;
  reader.close(outer);
  return build ? { permitted, excluded } : undefined;
};

const NONE: readonly GeneralSubtree[] = [];

function readSubtrees(reader: DerReader, build: boolean, tag: number): readonly GeneralSubtree[] {
  const outer = reader.open(tag);
  const subtrees: GeneralSubtree[] = [];
  let count = 0;
  do {
    reader.count(++count);
    const subtree = reader.open(TAG.SEQUENCE);
    const base = readGeneralName(reader, build, 'subnet');
    let minimum = 0;
    if (reader.peek() === 0x80) {
      minimum = reader.smallUnsigned(0x80);
      if (minimum === 0) reader.fail('expected a minimum of 0 to be omitted, found it encoded', reader.start);
    }
    const maximum = reader.more() ? reader.smallUnsigned(0x81) : undefined;
    reader.close(subtree);
    if (base !== undefined) subtrees.push({ base, minimum, maximum });
  } while (reader.more());
  reader.close(outer);
  return subtrees;
}

export const readPolicyMappings: ExtensionReader<readonly PolicyMapping[]> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  const mappings: PolicyMapping[] = [];
  let count = 0;
  do {
    reader.count(++count);
    const mapping = reader.open(TAG.SEQUENCE);
    reader.oid();
    const issuerDomain = build ? oidText(reader.bytes, reader.start, reader.stop) : '';
    reader.oid();
    const subjectDomain = build ? oidText(reader.bytes, reader.start, reader.stop) : '';
    reader.close(mapping);
    if (build) mappings.push({ issuerDomain, subjectDomain });
  } while (reader.more());
  reader.close(outer);
  return build ? mappings : undefined;
};

export const readPolicyConstraints: ExtensionReader<PolicyConstraints> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  // RFC 5280 §4.2.1.11: not an empty sequence.
  if (!reader.more()) reader.fail('expected a policy constraint, found none');
  const requireExplicit = reader.peek() === 0x80 ? reader.smallUnsigned(0x80) : undefined;
  const inhibitMapping = reader.more() ? reader.smallUnsigned(0x81) : undefined;
  reader.close(outer);
  return build ? { requireExplicit, inhibitMapping } : undefined;
};

export const readInhibitAnyPolicy: ExtensionReader<number> = (reader, build) => {
  const skip = reader.smallUnsigned();
  return build ? skip : undefined;
};

export const readSubjectKeyId: ExtensionReader<Uint8Array> = (reader, build) => {
  reader.octetString();
  return build ? reader.view() : undefined;
};

export const readAuthorityKeyId: ExtensionReader<AuthorityKeyIdentifier> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  let keyId: Uint8Array | undefined;
  let serial: Uint8Array | undefined;
  let issuer: readonly GeneralName[] | undefined;
  if (reader.peek() === 0x80) {
    reader.octetString(0x80);
    if (build) keyId = reader.view();
  }
  if (reader.peek() === 0xa1) {
    issuer = readGeneralNames(reader, build, 0xa1);
    // RFC 5280 §4.2.1.1: issuer and serial come together or not at all.
    reader.integer(0x82);
    if (build) serial = reader.view();
  }
  reader.close(outer);
  return build ? { keyId, issuer, serial } : undefined;
};

export const readAccessDescriptions: ExtensionReader<readonly AccessDescription[]> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  const descriptions: AccessDescription[] = [];
  let count = 0;
  do {
    reader.count(++count);
    const description = reader.open(TAG.SEQUENCE);
    reader.oid();
    const method = build ? oidText(reader.bytes, reader.start, reader.stop) : '';
    const location = readGeneralName(reader, build, 'address');
    reader.close(description);
    if (location !== undefined) descriptions.push({ method, location });
  } while (reader.more());
  reader.close(outer);
  return build ? descriptions : undefined;
};
