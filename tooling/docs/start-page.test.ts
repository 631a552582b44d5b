import { describe, expect, it } from 'vitest';
import { blocksOf, read } from './repository-text.ts';

const start = read('docs/start.md');
const guide = read('docs/guides/mutual-tls.md');

const linesOf = (page: string, wanted: string): readonly string[] =>
  blocksOf(page)
    .filter(({ language }) => language === wanted)
    .flatMap(({ code }) => code.split('\n').map((line) => line.replace(/\s*#.*$/, '')));

describe('the page to start with', () => {
  it('has the commands of the guide, which a test runs, as they are after an installation', () => {
    const inGuide = linesOf(guide, 'bash')
      .filter((line) => line.startsWith('run '))
      .map((line) => line.replace('run ', ''));
    const here = linesOf(start, 'sh')
      .filter((line) => line.startsWith('npx tsx '))
      .map((line) => line.replace('npx tsx ', ''));
    expect(here.filter((line) => line !== 'server.mts &')).toEqual(inGuide);
  });

  it('installs what the programs of the guide import, and nothing else of ours', () => {
    const imported = linesOf(guide, 'ts').flatMap((line) => {
      const [, name] = / from '(@entente\/[a-z0-9-]+)/.exec(line) ?? [];
      return name === undefined ? [] : [name];
    });
    const [install = ''] = linesOf(start, 'sh').filter((line) => line.startsWith('npm install @entente/'));
    const installed = install.split(' ').filter((word) => word.startsWith('@entente/'));
    expect([...installed].sort()).toEqual([...new Set(imported)].sort());
  });
});
