import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pkiReasons } from '@entente/pki';
import { describe, expect, it } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const readme = readFileSync(here('../README.md'), 'utf8');
const section = readme.slice(readme.indexOf('## Refusals')).replaceAll(/ +/g, ' ');

/** Tests of the packages that refuse: ours, and that of the authority, which adds the topology. */
const tests = [
  './',
  '../src/ledger/compliance/',
  '../../authority/test/',
  '../../../apps/authority-server/test/',
]
  .flatMap((folder) => readdirSync(here(folder)).map((file) => here(`${folder}${file}`)))
  .filter((file) => file !== fileURLToPath(import.meta.url) && file.endsWith('.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

describe('each reason of a refusal', () => {
  for (const reason of pkiReasons) {
    it(`${reason} is documented, and a test expects it`, () => {
      expect(section).toContain(`| \`${reason}\` |`);
      expect(
        new RegExp(`reason:? ?'${reason}'|toBe\\('${reason}'\\)|'${reason}'\\]`).test(tests),
        'a test that expects it',
      ).toBe(true);
    });
  }

  it('is one that the code knows, if the documentation names it', () => {
    const named = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
    expect(
      named.filter((reason) => !(pkiReasons as readonly (string | undefined)[]).includes(reason)),
    ).toEqual([]);
  });
});
