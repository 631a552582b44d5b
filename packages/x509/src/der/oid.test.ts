import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.ts';
import { oidContent, oidText } from './oid.ts';
import { oids } from './oids.ts';

const text = (content: Uint8Array) => oidText(content, 0, content.length);

describe('object identifiers', () => {
  it('read back as they were written, whatever the size of their arcs', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 130n });
    const root = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
      fc.tuple(fc.constant(2n), arc),
    );
    fc.assert(
      fc.property(root, fc.array(arc, { maxLength: 5 }), (first, rest) => {
        const oid = [...first, ...rest].join('.');
        expect(text(oidContent(oid))).toBe(oid);
      }),
    );
  });

  it('are known by name without an error in the list', () => {
    for (const oid of Object.values(oids)) expect(text(oidContent(oid))).toBe(oid);
    expect(new Set(Object.values(oids)).size).toBe(Object.values(oids).length);
  });

  it('are encoded as the standard says', () => {
    expect(Buffer.from(oidContent('1.2.840.113549')).toString('hex')).toBe('2a864886f70d');
    expect(Buffer.from(oidContent('2.999.3')).toString('hex')).toBe('883703');
  });

  it.each(['', '1', '3.1', '1.40', '1.2.', '1.02', '1.-2', 'a.b', '1.2.3 '])(
    'refuse to be written from "%s"',
    (oid) => {
      expect(() => oidContent(oid)).toThrow(EncodeError);
    },
  );
});
