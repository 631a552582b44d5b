import { contoso } from '@entente/testkit/topology';
import { checkDocument, type LinkNarrowing, links } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const { row } = links.administratorToAuthority;
const codesWith = (...closed: readonly Pick<LinkNarrowing, 'b'>[]) =>
  checkDocument({ ...contoso, links: closed.map((side) => ({ row, closed: true, ...side })) })
    .filter(({ path }) => path[0] === 'links')
    .map(({ code }) => code);
const [first, second] = ['ca1.contoso.example', 'ca2.contoso.example'];

describe('the link of administrators', () => {
  it('may be closed at one of two authorities', () => {
    expect(codesWith({ b: [first] })).toEqual([]);
    expect(codesWith({ b: [second] })).toEqual([]);
  });

  it('is not closed at every authority, in one entry or in two: it could never be opened again', () => {
    const refused = ['administrators-out-of-reach'];
    expect(codesWith({})).toEqual(refused);
    expect(codesWith({ b: [first, second] })).toEqual(refused);
    expect(codesWith({ b: [first] }, { b: [second] })).toEqual(refused);
  });
});
