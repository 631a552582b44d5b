import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { TAG } from '../der/tags.ts';
import { compareRanges } from '../name/read-name.ts';
import type { Attribute } from './extension-values.ts';

/** Reads one Attribute: a type and a SET of one value or more, in the order of DER. */
export function readAttribute(reader: DerReader, build: boolean): Attribute | undefined {
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  const oid = build ? oidText(reader.bytes, reader.start, reader.stop) : '';
  const values: Uint8Array[] = [];
  const set = reader.open(TAG.SET);
  let from = 0;
  let to = 0;
  let count = 0;
  do {
    reader.count(++count);
    reader.any();
    const { start, stop } = reader;
    if (count > 1 && compareRanges(reader.bytes, from, to, start, stop) > 0) {
      reader.fail('expected the elements of a SET OF in ascending order, found a smaller one', start);
    }
    from = start;
    to = stop;
    if (build) values.push(reader.view());
  } while (reader.more());
  reader.close(set);
  reader.close(outer);
  return build ? { oid, values } : undefined;
}

/** subjectDirectoryAttributes: one attribute or more. @see RFC 5280 §4.2.1.8 */
export function readDirectoryAttributes(reader: DerReader, build: boolean): readonly Attribute[] | undefined {
  const outer = reader.open(TAG.SEQUENCE);
  const attributes: Attribute[] = [];
  let count = 0;
  do {
    reader.count(++count);
    const attribute = readAttribute(reader, build);
    if (attribute !== undefined) attributes.push(attribute);
  } while (reader.more());
  reader.close(outer);
  return build ? attributes : undefined;
}
