import { readFileSync } from 'node:fs';
import { accountRefusalReasons } from '@entente/accounts';
import { describe, expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('README', () => {
  it('lists every reason there is, in the order of the catalogue, and no other', () => {
    const section = readme.split('## Refusals')[1]?.split('\n## ')[0] ?? '';
    const listed = [...section.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1]);
    expect(listed).toEqual([...accountRefusalReasons]);
  });
});
