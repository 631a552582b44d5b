import type { DerWriter } from '../der/der-writer.ts';
import { checks, EncodeError } from '../der/encode-error.ts';
import { derOf, listOf } from '../der/given.ts';
import type { GeneralName } from './general-name.ts';
import { isAscii } from './write-name.ts';

/** Writes a GeneralName. @see RFC 5280 §4.2.1.6 */
export function writeGeneralName(writer: DerWriter, name: GeneralName): void {
  switch (name?.type) {
    case 'email':
      writeAscii(writer, 0x81, name.value);
      break;
    case 'dns':
      writeAscii(writer, 0x82, name.value);
      break;
    case 'uri':
      writeAscii(writer, 0x86, name.value);
      break;
    case 'ip':
      writer.octetString(name.bytes, 0x87);
      break;
    case 'directory':
      writer.element(0xa4, derOf(name.name, 'GeneralName'));
      break;
    case 'registered-id':
      writer.oid(name.oid, 0x88);
      break;
    case 'other':
      writer.constructed(0xa0, () => {
        writer.oid(name.oid);
        writer.element(0xa0, name.value);
      });
      break;
    case 'x400':
    case 'edi':
      writer.raw(name.value);
      break;
    default:
      throw checks.unlike(name, 'an object of a type that there is, as dns, uri or ip', 'GeneralName');
  }
}

function writeAscii(writer: DerWriter, tag: number, text: string): void {
  if (typeof text !== 'string') throw checks.unlike(text, 'a text', 'value of a GeneralName');
  if (!isAscii(text)) {
    throw new EncodeError(
      `expected ASCII, found "${text}"`,
      'GeneralName',
      'write an internationalised name in its A-label form (RFC 5890 §2.3.2.1)',
    );
  }
  const mark = writer.begin(tag);
  for (let i = 0; i < text.length; i++) writer.octet(text.charCodeAt(i));
  writer.end(mark);
}

/** Writes a GeneralNames of one name or more. */
export function writeGeneralNames(writer: DerWriter, names: readonly GeneralName[], tag: number): void {
  if (listOf(names, 'GeneralNames').length === 0)
    throw new EncodeError(
      'expected one name or more, found none',
      'GeneralNames',
      'give a name, or leave the field out',
    );
  const mark = writer.begin(tag);
  for (const name of names) writeGeneralName(writer, name);
  writer.end(mark);
}
