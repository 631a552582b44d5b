import { describe, expect, it } from 'vitest';
import { decodeDer } from './decode-der.ts';
import type { DecodeError } from './decoded.ts';
import type { DerReader } from './der-reader.ts';
import { TAG } from './tags.ts';

const LIMITS = { maxBytes: 1024, maxDepth: 4, maxItems: 8 };

function read<T>(hex: string, action: (reader: DerReader) => T) {
  return decodeDer(
    new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex')),
    undefined,
    LIMITS,
    'it',
    action,
  );
}

function value<T>(hex: string, action: (reader: DerReader) => T): T {
  const decoded = read(hex, action);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

function error(hex: string, action: (reader: DerReader) => unknown): DecodeError {
  const decoded = read(hex, action);
  if (decoded.ok) throw new Error('was read');
  return decoded.error;
}

const any = (reader: DerReader) => reader.any();

describe('DerReader', () => {
  it.each([
    ['the indefinite form', '3080 0000'],
    ['a length in one octet more than it needs', '0481 01 aa'],
    ['a length with a leading zero', '048200 80'.padEnd(8 + 256 + 1, '0')],
    ['a length of five octets', '0485 0000000001 aa'],
    ['a length beyond the input', '0402 aa'],
    ['a length that is cut off', '0482 01'],
    ['an identifier without a length', '04'],
    ['nothing at all', ''],
    ['octets behind the element', '0500 00'],
  ])('refuses %s', (_, hex) => {
    expect(error(hex, any).code).toBe('malformed');
  });

  it.each([
    ['04', 'expected a length, found the end'],
    ['3080 0000', 'expected a definite length, found the indefinite form'],
    ['0485 0000000001 aa', 'expected a length of at most four octets, found more'],
    ['0483 0100', 'expected a length, found the end'],
    ['', 'expected an element, found the end'],
    ['1f', 'expected a tag number, found the end'],
    ['1f ffffffff7f 00', 'expected a tag number below 2^31'],
  ])('says of %s: %s', (hex, message) => {
    expect(error(hex, any).message).toBe(message);
  });

  it('reads times and refuses those that do not exist', () => {
    const time = (reader: DerReader) => reader.time();
    expect(value(`170d${Buffer.from('260101000000Z').toString('hex')}`, time)).toBe(Date.UTC(2026, 0, 1));
    expect(value(`180f${Buffer.from('20260101000000Z').toString('hex')}`, time)).toBe(Date.UTC(2026, 0, 1));
    expect(error(`170d${Buffer.from('260230000000Z').toString('hex')}`, time).message).toContain('UTCTime');
    expect(error(`180f${Buffer.from('20260230000000Z').toString('hex')}`, time).message).toContain(
      'GeneralizedTime',
    );
  });

  it('refuses a length beyond the element around it, even when the input goes on', () => {
    const inner = (reader: DerReader) => {
      const outer = reader.open(TAG.SEQUENCE);
      reader.octetString();
      reader.close(outer);
      reader.null();
    };
    expect(error('3003 0402 aa 0500', inner).message).toContain('expected 2 octets of content, found 1');
  });

  it('refuses content that is left over in an element', () => {
    const first = (reader: DerReader) => {
      const outer = reader.open(TAG.SEQUENCE);
      reader.null();
      reader.close(outer);
    };
    expect(error('3004 0500 0500', first).message).toContain('found more content');
  });

  it.each([
    ['empty', '0200'],
    ['padded with zeros', '0202 0001'],
    ['padded with ones', '0202 ff80'],
  ])('refuses an integer that is %s', (_, hex) => {
    expect(error(hex, (reader) => reader.integer()).code).toBe('malformed');
  });

  it('reads small numbers and refuses negative and large ones', () => {
    expect(value('0201 00', (reader) => reader.smallUnsigned())).toBe(0);
    expect(value('0202 0080', (reader) => reader.smallUnsigned())).toBe(128);
    expect(value('0204 7fffffff', (reader) => reader.smallUnsigned())).toBe(0x7fffffff);
    expect(error('0201 ff', (reader) => reader.smallUnsigned()).code).toBe('malformed');
    expect(error('0205 0080000000', (reader) => reader.smallUnsigned()).code).toBe('unsupported');
  });

  it('reads booleans of 00 and FF only', () => {
    expect(value('0101 ff', (reader) => reader.boolean())).toBe(true);
    expect(value('0101 00', (reader) => reader.boolean())).toBe(false);
    expect(error('0101 01', (reader) => reader.boolean()).code).toBe('malformed');
    expect(error('0102 ffff', (reader) => reader.boolean()).code).toBe('malformed');
  });

  it('refuses a default that is spelt out', () => {
    expect(error('0101 00', (reader) => reader.optionalTrue()).message).toContain('omitted');
  });

  it.each([
    ['without its count of unused bits', '0300'],
    ['with eight unused bits', '0302 08 00'],
    ['with unused bits and no bits', '0301 01'],
    ['with a 1 among its unused bits', '0302 04 18'],
  ])('refuses a bit string %s', (_, hex) => {
    expect(error(hex, (reader) => reader.bitString()).code).toBe('malformed');
  });

  it('reads named bits and refuses trailing zeros and bits without a name', () => {
    expect(value('0302 01 06', (reader) => reader.namedBits(9))).toBe(0b1100000);
    expect(value('0303 07 8080', (reader) => reader.namedBits(9))).toBe(0b100000001);
    expect(error('0302 00 06', (reader) => reader.namedBits(9)).message).toContain('trailing zeros');
    expect(value('0302 00 06', (reader) => reader.namedBits(9, TAG.BIT_STRING, true))).toBe(0b1100000);
    expect(error('0303 06 0040', (reader) => reader.namedBits(9)).message).toContain('found 10');
    expect(error('0304 00 800000', (reader) => reader.namedBits(9, TAG.BIT_STRING, true)).message).toContain(
      'found 24',
    );
    expect(error('0303 06 0040', (reader) => reader.namedBits(9, TAG.BIT_STRING, true)).code).toBe(
      'malformed',
    );
  });

  it.each([
    ['empty', '0600'],
    ['with a padded arc', '0603 2a8001'],
    ['with its last arc cut off', '0602 2a81'],
  ])('refuses an object identifier that is %s', (_, hex) => {
    expect(error(hex, (reader) => reader.oid()).code).toBe('malformed');
  });

  it('refuses an object identifier of more than 128 octets before looking at it', () => {
    expect(error(`0681 81 ${'2a'.repeat(129)}`, (reader) => reader.oid()).code).toBe('limit-exceeded');
  });

  it('refuses nesting beyond the limit and takes what is within it', () => {
    expect(read('3008 3006 3004 3002 0500', any).ok).toBe(true);
    expect(error('300a 3008 3006 3004 3002 0500', any).code).toBe('limit-exceeded');
  });

  it.each([
    ['a string in pieces', '2403 0401 aa'],
    ['a primitive sequence', '1000'],
    ['end-of-contents octets', '0000'],
    ['a non-minimal integer inside', '3004 0202 0001'],
    ['a boolean of 01 inside', '3003 0101 01'],
    ['a NULL with content inside', '3003 0501 00'],
    ['a low tag number in the high form', '1f 05 00'],
    ['a padded tag number', '9f 80 7f 00'],
  ])('refuses %s in an open field', (_, hex) => {
    expect(error(hex, any).code).toBe('malformed');
  });

  it('takes high tag numbers in their shortest form', () => {
    expect(read('9f 1f 01 00', any).ok).toBe(true);
    expect(read('bf 81 00 02 0500', any).ok).toBe(true);
  });

  it('refuses input over maxBytes without reading it', () => {
    const decoded = decodeDer(new Uint8Array(1025), undefined, LIMITS, 'it', () => {
      throw new Error('was read');
    });
    expect(decoded).toMatchObject({ ok: false, error: { code: 'limit-exceeded', where: 'it' } });
  });

  it('passes on an exception that is no refusal', () => {
    expect(() =>
      decodeDer(Uint8Array.of(5, 0), undefined, LIMITS, 'it', () => {
        throw new TypeError('a mistake of ours');
      }),
    ).toThrow('a mistake of ours');
  });

  it('says where it stopped', () => {
    const at = error('3005 0500 0201', (reader) => {
      const outer = reader.open(TAG.SEQUENCE);
      reader.where = 'it.first';
      reader.null();
      reader.where = 'it.second';
      reader.octetString();
      reader.close(outer);
    });
    expect(at).toMatchObject({ offset: 1, where: 'it' });
    expect(
      error('3004 0500 0500', (reader) => {
        const outer = reader.open(TAG.SEQUENCE);
        reader.null();
        reader.where = 'it.second';
        reader.octetString();
        reader.close(outer);
      }),
    ).toEqual({
      code: 'malformed',
      message: 'expected an OCTET STRING, found a NULL',
      offset: 4,
      where: 'it.second',
    });
  });
});
