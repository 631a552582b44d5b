import { execFileSync } from 'node:child_process';
import { shellWord } from '@entente/trust';
import { expect, it } from 'vitest';

it.each([
  'topology.yaml',
  '/srv/ca/root_ca.crt',
  'alice+desk@contoso.example',
  'C:/ca',
  'Müller/ca.yaml',
  '50%,a=b',
])('a path or a name that a shell takes as it is stays as it is: %s', (text) => {
  expect(shellWord(text)).toBe(text);
});

it.skipIf(process.platform === 'win32')(
  'anything else is one word of a shell, with nothing in it replaced',
  () => {
    const texts = [
      'c ä/root_ca.crt',
      'a&b',
      "o'neil",
      '$HOME/`id`',
      '~alice',
      'a;b|c>d',
      '*?[x]',
      '!!',
      '"',
      '\\',
      'a\nb',
      '#x',
      '',
    ];
    for (const text of [...texts, ...texts.map((one) => `x${one}y`)]) {
      const said = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
      expect(said).toBe(text);
    }
    expect(shellWord("o'neil")).toBe("'o'\\''neil'");
  },
);
