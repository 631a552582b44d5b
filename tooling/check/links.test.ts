import { describe, expect, it } from 'vitest';
import { checkLinks } from './links.ts';
import { plantTree } from './testing/planted-tree.ts';

function problems(text: string, path = 'packages/edge/src/a.ts'): string[] {
  using tree = plantTree({ [path]: text });
  return checkLinks(tree.root).map(({ message }) => message);
}

const number = 'types the number of a row of the allow matrix; use links of @entente/topology';
const text = 'types the text of a row of the allow matrix; use links of @entente/topology';

describe('the check of links', () => {
  it.each([
    'const federationRow = 12;',
    "const hop = { name: 'a', row: 4 };",
    'const { row } = link; export const is = row === 1;',
    'export const is = (link: { row: number }) => 12 === link.row;',
    'export const mutualRows = new Set([3, 4, 5]);',
    'export const record = { link: 2 };',
    'export const row = inside ? 1 : undefined;',
    'switch (link.row) { case 19: break; }',
    'export const patch = "if (link.row === 12) return { ok: true, row: 13 };";',
  ])('refuses the number of a row: %s', (line) => {
    expect(new Set(problems(line))).toEqual(new Set([number]));
  });

  it.each([
    "export const link = { name: '12 edge–partner' };",
    'export const line = `on 2 internal-client–front-end`;',
  ])('refuses the text of a row: %s', (line) => {
    expect(problems(line)).toEqual([text]);
  });

  it('passes links by name, the number of no link, and other numbers', () => {
    expect(
      problems(
        "import { links } from '@entente/topology';\nexport const hop = { link: links.federation, row: links.federation.row };\nexport const none = { row: 0 };\nexport const port = 12;\nexport const years = '3 to 5–10';",
      ),
    ).toEqual([]);
  });

  it('leaves the numbers to the package that has the matrix', () => {
    expect(problems('export const rows = [{ row: 1 }];', 'packages/topology/src/a.ts')).toEqual([]);
    expect(problems('export const rows = [{ row: 1 }];')).toEqual([number]);
  });
});
