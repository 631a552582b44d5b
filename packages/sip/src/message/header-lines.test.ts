import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOfOwn } from './assemble.ts';
import { edit } from './edit.ts';
import { headerId, nameOfId } from './header-names.ts';

/** Names that are known, and some that are not. */
const names = [
  ...Array.from({ length: 255 }, (_, id) => nameOfId(id + 1)).filter((name) => headerId(name) !== 0),
  'X-Odd',
  'Entente-Diagnostics',
];
const anyName = fc.constantFrom(...new Set(names));

function messageWith(fields: readonly string[]) {
  const lines = fields.map((name) => `${name}: 1`);
  return messageOfOwn(['OPTIONS sip:bob@contoso.example SIP/2.0', ...lines, '', ''].join('\r\n'));
}

describe('a header', () => {
  it('has each field that stands in it, in any case, and no other one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { maxLength: 12 }), (fields) => {
        const usable = fields.filter((name) => name !== 'Content-Length');
        const message = messageWith(usable);
        for (const name of names) {
          const isThere = usable.includes(name);
          expect(message.has(name), name).toBe(isThere);
          expect(message.all(name.toUpperCase()), name).toEqual(isThere ? ['1'] : []);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('has what an edit has put into it, and no longer what it has taken out', () => {
    fc.assert(
      fc.property(anyName, anyName, (kept, put) => {
        fc.pre(kept !== put && ![kept, put].includes('Content-Length'));
        const before = messageWith([kept]);
        const after = edit(before).set(put, '2').toMessage();
        expect([after.has(kept), after.has(put), after.get(put)]).toEqual([true, true, '2']);
        const without = edit(after).remove(kept).toMessage();
        expect([without.has(kept), without.has(put)]).toEqual([false, true]);
      }),
    );
  });
});
