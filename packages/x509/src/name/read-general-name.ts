import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { checkAscii, latin1Text } from '../der/text.ts';
import type { GeneralName } from './general-name.ts';
import { checkName, LazyName } from './read-name.ts';

/** The content of an iPAddress: an address (RFC 5280 §4.2.1.6) or an address and a mask (§4.2.1.10). */
export type IpForm = 'address' | 'subnet';

/** Text of a list of names, each octet a character, and the offset of its first octet. */
interface ListText {
  readonly text: string;
  readonly from: number;
}

/**
 * Reads a GeneralName.
 * @param build - false: only check it and return undefined
 * @param list - text of the list that contains the name, where it has been built
 */
export function readGeneralName(
  reader: DerReader,
  build: boolean,
  ip: IpForm,
  list?: ListText,
): GeneralName | undefined {
  const tag = reader.peek();
  const { bytes } = reader;
  switch (tag) {
    case 0x81:
    case 0x82:
    case 0x86: {
      reader.take(tag);
      checkAscii(reader);
      if (!build) return undefined;
      const value =
        list === undefined
          ? latin1Text(bytes, reader.start, reader.stop)
          : list.text.slice(reader.start - list.from, reader.stop - list.from);
      return { type: tag === 0x82 ? 'dns' : tag === 0x86 ? 'uri' : 'email', value };
    }
    case 0x87: {
      reader.take(tag);
      const length = reader.stop - reader.start;
      const short = ip === 'address' ? 4 : 8;
      if (length !== short && length !== 4 * short) {
        reader.fail(
          `expected an iPAddress of ${short} or ${4 * short} octets, found ${length}`,
          reader.start,
        );
      }
      return build ? { type: 'ip', bytes: reader.view() } : undefined;
    }
    case 0xa4: {
      const outer = reader.open(tag);
      const from = reader.pos;
      checkName(reader);
      const to = reader.pos;
      reader.close(outer);
      return build ? { type: 'directory', name: new LazyName(bytes, from, to) } : undefined;
    }
    case 0x88:
      reader.oid(tag);
      return build ? { type: 'registered-id', oid: oidText(bytes, reader.start, reader.stop) } : undefined;
    case 0xa0:
      return readOtherName(reader, build);
    case 0xa3:
    case 0xa5: {
      // x400Address and ediPartyName: kept as they are, checked to be whole elements.
      const from = reader.pos;
      reader.any();
      if (!build) return undefined;
      return { type: tag === 0xa3 ? 'x400' : 'edi', value: reader.view(from, reader.pos) };
    }
    default:
      return reader.fail('expected a GeneralName, found another type');
  }
}

function readOtherName(reader: DerReader, build: boolean): GeneralName | undefined {
  const outer = reader.open(0xa0);
  reader.oid();
  const oid = build ? oidText(reader.bytes, reader.start, reader.stop) : '';
  const inner = reader.open(0xa0);
  reader.any();
  const { start, stop } = reader;
  reader.close(inner);
  reader.close(outer);
  return build ? { type: 'other', oid, value: reader.view(start, stop) } : undefined;
}

/** Reads a GeneralNames: one name or more. */
export function readGeneralNames(
  reader: DerReader,
  build: boolean,
  tag: number,
): readonly GeneralName[] | undefined {
  const outer = reader.open(tag);
  const names: GeneralName[] = [];
  // Building a string costs nearly the same for one name as for all of them; parts of a string cost next to nothing.
  const list = build
    ? { text: latin1Text(reader.bytes, reader.pos, reader.end), from: reader.pos }
    : undefined;
  let count = 0;
  do {
    reader.count(++count);
    const name = readGeneralName(reader, build, 'address', list);
    if (name !== undefined) names.push(name);
  } while (reader.more());
  reader.close(outer);
  return build ? names : undefined;
}
