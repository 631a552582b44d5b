import { DerWriter } from '../der/der-writer.ts';
import { checks, EncodeError } from '../der/encode-error.ts';
import { flag, listOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import type { GeneralName } from '../name/general-name.ts';
import { writeGeneralName, writeGeneralNames } from '../name/write-general-name.ts';
import { writeSetOf } from '../name/write-name.ts';
import type * as values from './extension-values.ts';

/** An extension as it is encoded. */
type Extension = values.Extension;

/** Builds an extension from what `fill` writes as its value. */
export function extension(oid: string, critical: boolean, fill: (writer: DerWriter) => void): Extension {
  if (typeof critical !== 'boolean') throw checks.unlike(critical, 'true or false', `critical of ${oid}`);
  const writer = new DerWriter(64);
  fill(writer);
  return { oid, critical, value: writer.toBytes() };
}

/** Writes Extensions. For an empty list nothing is written: the field is then omitted. */
export function writeExtensions(writer: DerWriter, extensions: readonly Extension[], tag: number): void {
  if (listOf(extensions, 'extensions').length === 0) return;
  const explicit = writer.begin(tag);
  writeExtensionList(writer, extensions);
  writer.end(explicit);
}

/** Writes the SEQUENCE OF Extension. */
export function writeExtensionList(writer: DerWriter, extensions: readonly Extension[]): void {
  const list = writer.begin(TAG.SEQUENCE);
  for (const one of listOf(extensions, 'extensions')) {
    checks.names(one, ['oid', 'critical', 'value'], 'Extension');
    const { oid, critical, value } = one;
    const mark = writer.begin(TAG.SEQUENCE);
    writer.oid(oid);
    if (flag(critical, 'critical of an extension')) writer.boolean(true);
    writer.octetString(value);
    writer.end(mark);
  }
  writer.end(list);
}

/** basicConstraints; critical by default. @see RFC 5280 §4.2.1.9 */
export function basicConstraintsExtension(
  value: { readonly cA: boolean; readonly pathLength?: number | undefined },
  critical = true,
): Extension {
  checks.names(value, ['cA', 'pathLength', 'critical'], 'basicConstraints');
  const { pathLength } = value;
  return extension(oids.basicConstraints, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      if (flag(value.cA, 'cA of basicConstraints')) writer.boolean(true);
      if (pathLength !== undefined) writer.integer(skipped(pathLength, 'pathLength of basicConstraints'));
    });
  });
}

/** A number of certificates. */
function skipped(count: number, place: string): number {
  if (!Number.isSafeInteger(count) || count < 0) throw checks.unlike(count, 'a whole number from 0', place);
  return count;
}

const uses = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const satisfies readonly (keyof values.KeyUsage)[];

/** keyUsage; critical by default. Uses that are omitted are false. @see RFC 5280 §4.2.1.3 */
export function keyUsageExtension(value: Partial<values.KeyUsage>, critical = true): Extension {
  const bits = flagBits(value, uses, 'keyUsage');
  if (bits === 0)
    throw new EncodeError(
      'expected a use that is set, found none',
      'keyUsage',
      'set a use, or leave the extension out',
    );
  return extension(oids.keyUsage, critical, (writer) => writer.namedBits(bits));
}

/** Bits of flags, bit 0 first. */
export function flagBits<T extends object>(
  value: T,
  names: readonly (keyof T & string)[],
  place: string,
): number {
  checks.names(value, names, place);
  return names.reduce(
    (bits, name, bit) => (flag(value[name], `${name} of ${place}`) ? bits | (1 << bit) : bits),
    0,
  );
}

/** extKeyUsage. @see RFC 5280 §4.2.1.12 */
export function extKeyUsageExtension(purposes: readonly string[], critical = false): Extension {
  if (listOf(purposes, 'extKeyUsage').length === 0)
    throw new EncodeError(
      'expected one purpose or more, found none',
      'extKeyUsage',
      'give one, or leave the extension out',
    );
  return extension(oids.extKeyUsage, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      for (const purpose of purposes) writer.oid(purpose);
    });
  });
}

/** subjectAltName; make it critical when the subject is empty. @see RFC 5280 §4.2.1.6 */
export function subjectAltNameExtension(names: readonly GeneralName[], critical = false): Extension {
  return extension(oids.subjectAltName, critical, (writer) => writeGeneralNames(writer, names, TAG.SEQUENCE));
}

/** issuerAltName. @see RFC 5280 §4.2.1.7 */
export function issuerAltNameExtension(names: readonly GeneralName[], critical = false): Extension {
  return extension(oids.issuerAltName, critical, (writer) => writeGeneralNames(writer, names, TAG.SEQUENCE));
}

/** nameConstraints; critical by default. @see RFC 5280 §4.2.1.10 */
export function nameConstraintsExtension(value: Partial<values.NameConstraints>, critical = true): Extension {
  checks.names(value, ['permitted', 'excluded'], 'nameConstraints');
  const { permitted = [], excluded = [] } = value;
  if (listOf(permitted, 'permitted').length + listOf(excluded, 'excluded').length === 0) {
    throw new EncodeError(
      'expected permitted or excluded subtrees, found neither',
      'nameConstraints',
      'give a subtree, or leave the extension out',
    );
  }
  return extension(oids.nameConstraints, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      writeSubtrees(writer, permitted, 0xa0);
      writeSubtrees(writer, excluded, 0xa1);
    });
  });
}

function writeSubtrees(writer: DerWriter, subtrees: readonly values.GeneralSubtree[], tag: number): void {
  if (subtrees.length === 0) return;
  const list = writer.begin(tag);
  for (const one of subtrees) {
    checks.names(one, ['base', 'minimum', 'maximum'], 'GeneralSubtree');
    const { base, minimum, maximum } = one;
    const subtree = writer.begin(TAG.SEQUENCE);
    writeGeneralName(writer, base);
    if (minimum !== 0) writer.integer(minimum, 0x80);
    if (maximum !== undefined) writer.integer(maximum, 0x81);
    writer.end(subtree);
  }
  writer.end(list);
}

/** certificatePolicies. @see RFC 5280 §4.2.1.4 */
export function certificatePoliciesExtension(
  policies: readonly {
    readonly policy: string;
    readonly qualifiers?: readonly Pick<values.PolicyQualifier, 'oid' | 'value'>[];
  }[],
  critical = false,
): Extension {
  if (listOf(policies, 'certificatePolicies').length === 0)
    throw new EncodeError(
      'expected one policy or more, found none',
      'certificatePolicies',
      'give one, or leave the extension out',
    );
  return extension(oids.certificatePolicies, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      for (const one of policies) {
        checks.names(one, ['policy', 'qualifiers'], 'PolicyInformation');
        const { policy, qualifiers = [] } = one;
        const information = writer.begin(TAG.SEQUENCE);
        writer.oid(policy);
        if (listOf(qualifiers, 'qualifiers').length > 0) {
          const list = writer.begin(TAG.SEQUENCE);
          for (const qualifier of qualifiers) {
            const mark = writer.begin(TAG.SEQUENCE);
            writer.oid(qualifier.oid);
            writer.raw(qualifier.value);
            writer.end(mark);
          }
          writer.end(list);
        }
        writer.end(information);
      }
    });
  });
}

/** policyMappings; critical by default. @see RFC 5280 §4.2.1.5 */
export function policyMappingsExtension(
  mappings: readonly values.PolicyMapping[],
  critical = true,
): Extension {
  if (listOf(mappings, 'policyMappings').length === 0)
    throw new EncodeError(
      'expected one mapping or more, found none',
      'policyMappings',
      'give one, or leave the extension out',
    );
  return extension(oids.policyMappings, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      for (const { issuerDomain, subjectDomain } of mappings) {
        const mapping = writer.begin(TAG.SEQUENCE);
        writer.oid(issuerDomain);
        writer.oid(subjectDomain);
        writer.end(mapping);
      }
    });
  });
}

/** policyConstraints; critical by default. @see RFC 5280 §4.2.1.11 */
export function policyConstraintsExtension(value: values.PolicyConstraints, critical = true): Extension {
  checks.names(value, ['requireExplicit', 'inhibitMapping'], 'policyConstraints');
  const { requireExplicit, inhibitMapping } = value;
  if (requireExplicit === undefined && inhibitMapping === undefined) {
    throw new EncodeError(
      'expected a constraint, found none',
      'policyConstraints',
      'set requireExplicit or inhibitMapping, or leave the extension out',
    );
  }
  return extension(oids.policyConstraints, critical, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      if (requireExplicit !== undefined) writer.integer(skipped(requireExplicit, 'requireExplicit'), 0x80);
      if (inhibitMapping !== undefined) writer.integer(skipped(inhibitMapping, 'inhibitMapping'), 0x81);
    });
  });
}

/** inhibitAnyPolicy; critical by default. @see RFC 5280 §4.2.1.14 */
export function inhibitAnyPolicyExtension(skipCertificates: number, critical = true): Extension {
  return extension(oids.inhibitAnyPolicy, critical, (writer) =>
    writer.integer(skipped(skipCertificates, 'inhibitAnyPolicy')),
  );
}

/** subjectKeyIdentifier. @see RFC 5280 §4.2.1.2 */
export function subjectKeyIdExtension(keyId: Uint8Array): Extension {
  return extension(oids.subjectKeyIdentifier, false, (writer) => writer.octetString(keyId));
}

/** authorityKeyIdentifier: a key identifier, issuer and serial, or all three. @see RFC 5280 §4.2.1.1 */
export function authorityKeyIdExtension(value: values.AuthorityKeyIdentifier): Extension {
  checks.names(value, ['keyId', 'issuer', 'serial'], 'authorityKeyIdentifier');
  const { keyId, issuer, serial } = value;
  if ((issuer === undefined) !== (serial === undefined)) {
    throw new EncodeError(
      'expected issuer and serial together, found one of them',
      'authorityKeyIdentifier',
      'give both, or neither (RFC 5280 §4.2.1.1)',
    );
  }
  return extension(oids.authorityKeyIdentifier, false, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      if (keyId !== undefined) writer.octetString(keyId, 0x80);
      if (issuer !== undefined) writeGeneralNames(writer, issuer, 0xa1);
      if (serial !== undefined) writer.integer(serial, 0x82);
    });
  });
}

/** authorityInfoAccess. @see RFC 5280 §4.2.2.1 */
export function authorityInfoAccessExtension(descriptions: readonly values.AccessDescription[]): Extension {
  return extension(oids.authorityInfoAccess, false, (writer) => writeAccess(writer, descriptions));
}

/** subjectInfoAccess. @see RFC 5280 §4.2.2.2 */
export function subjectInfoAccessExtension(descriptions: readonly values.AccessDescription[]): Extension {
  return extension(oids.subjectInfoAccess, false, (writer) => writeAccess(writer, descriptions));
}

function writeAccess(writer: DerWriter, descriptions: readonly values.AccessDescription[]): void {
  if (listOf(descriptions, 'AccessDescription').length === 0)
    throw new EncodeError(
      'expected one access description or more, found none',
      'AccessDescription',
      'give one, or leave the extension out',
    );
  writer.constructed(TAG.SEQUENCE, () => {
    for (const one of descriptions) {
      checks.names(one, ['method', 'location'], 'AccessDescription');
      const { method, location } = one;
      const description = writer.begin(TAG.SEQUENCE);
      writer.oid(method);
      writeGeneralName(writer, location);
      writer.end(description);
    }
  });
}

/** subjectDirectoryAttributes. @see RFC 5280 §4.2.1.8 */
export function subjectDirectoryAttributesExtension(attributes: readonly values.Attribute[]): Extension {
  if (listOf(attributes, 'subjectDirectoryAttributes').length === 0)
    throw new EncodeError(
      'expected one attribute or more, found none',
      'subjectDirectoryAttributes',
      'give one, or leave the extension out',
    );
  return extension(oids.subjectDirectoryAttributes, false, (writer) => {
    writer.constructed(TAG.SEQUENCE, () => {
      for (const attribute of attributes) writeAttribute(writer, attribute);
    });
  });
}

/** Writes an Attribute with its values in the order of DER. */
export function writeAttribute(writer: DerWriter, { oid, values: list }: values.Attribute): void {
  const attribute = writer.begin(TAG.SEQUENCE);
  writer.oid(oid);
  writeSetOf(writer, list, TAG.SET);
  writer.end(attribute);
}
