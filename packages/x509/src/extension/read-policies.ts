import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import { isStringTag, latin1Text, readString, stringText } from '../der/text.ts';
import type { ExtensionReader } from './extension-readers.ts';
import type { PolicyInformation, PolicyQualifier, UserNotice } from './extension-values.ts';

/** certificatePolicies: each policy once. @see RFC 5280 §4.2.1.4 */
export const readCertificatePolicies: ExtensionReader<readonly PolicyInformation[]> = (reader, build) => {
  const outer = reader.open(TAG.SEQUENCE);
  const policies: PolicyInformation[] = [];
  let seen: Set<string> | undefined;
  let first = '';
  let count = 0;
  do {
    reader.count(++count);
    const information = reader.open(TAG.SEQUENCE);
    const at = reader.pos;
    reader.oid();
    const policy = oidText(reader.bytes, reader.start, reader.stop);
    if (count === 1) first = policy;
    else {
      seen ??= new Set([first]);
      if (seen.has(policy)) reader.fail(`expected each policy once, found ${policy} again`, at);
      seen.add(policy);
    }
    const qualifiers = reader.more() ? readQualifiers(reader, build) : NONE;
    reader.close(information);
    if (build) policies.push({ policy, qualifiers });
  } while (reader.more());
  reader.close(outer);
  return build ? policies : undefined;
};

const NONE: readonly PolicyQualifier[] = [];

function readQualifiers(reader: DerReader, build: boolean): readonly PolicyQualifier[] {
  const outer = reader.open(TAG.SEQUENCE);
  const qualifiers: PolicyQualifier[] = [];
  let count = 0;
  do {
    reader.count(++count);
    const info = reader.open(TAG.SEQUENCE);
    reader.oid();
    const oid = oidText(reader.bytes, reader.start, reader.stop);
    const from = reader.pos;
    let cps: string | undefined;
    let notice: UserNotice | undefined;
    if (oid === oids.cpsQualifier) {
      readString(reader, TAG.IA5_STRING);
      if (build) cps = latin1Text(reader.bytes, reader.start, reader.stop);
    } else if (oid === oids.userNoticeQualifier) notice = readUserNotice(reader, build);
    else reader.any();
    reader.close(info);
    if (build) qualifiers.push({ oid, value: reader.view(from, reader.pos), cps, notice });
  } while (reader.more());
  reader.close(outer);
  return qualifiers;
}

function readUserNotice(reader: DerReader, build: boolean): UserNotice | undefined {
  const outer = reader.open(TAG.SEQUENCE);
  let reference: UserNotice['reference'];
  if (reader.peek() === TAG.SEQUENCE) {
    const inner = reader.open(TAG.SEQUENCE);
    const organization = readDisplayText(reader, build);
    const numbers: number[] = [];
    const list = reader.open(TAG.SEQUENCE);
    while (reader.more()) {
      reader.count(numbers.length + 1);
      numbers.push(reader.smallUnsigned());
    }
    reader.close(list);
    reader.close(inner);
    if (build) reference = { organization, numbers };
  }
  const explicitText = reader.more() ? readDisplayText(reader, build) : undefined;
  reader.close(outer);
  return build ? { reference, explicitText } : undefined;
}

/** DisplayText. Texts of more than the 200 characters of the RFC are in use, and harmless. */
function readDisplayText(reader: DerReader, build: boolean): string {
  const tag = reader.peek();
  if (!isStringTag(tag)) reader.fail('expected a text, found another type');
  readString(reader, tag);
  return build ? stringText(tag, reader.bytes, reader.start, reader.stop) : '';
}
