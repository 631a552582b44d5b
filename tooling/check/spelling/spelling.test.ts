import { describe, expect, it } from 'vitest';
import { plantTree } from '../testing/planted-tree.ts';
import { checkSpelling, wordList } from './check-spelling.ts';
import { wordsIn } from './words-in.ts';

function problems(files: Readonly<Record<string, string>>, words: readonly string[] = []): string[] {
  using tree = plantTree({ [wordList]: words.map((word) => `${word}\n`).join(''), ...files });
  return checkSpelling(tree.root).map(
    ({ file, line, message }) => `${file}:${line} ${message.split(';')[0]}`,
  );
}

describe('the spelling check', () => {
  it('refuses a word that is not one, wherever people read it, and says where', () => {
    expect(
      problems({
        'docs/a.md': '# Title\n\nThe certifcate is read.\n',
        'packages/x509/README.md': 'Reads certifcates.\n',
        'packages/x509/src/a.ts': [
          '/** Reads the',
          ' * certifcate. */',
          'export const a = "the certifcate is too long";',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a program that is checked
          'export const b = (n: number) => `the ${n} certifcates`; // of the certifcate',
        ].join('\n'),
        'packages/x509/src/a.test.ts': "it('refuses a certifcate', () => {});",
        'tooling/a.yaml': 'certifcate: 1 # a certifcate\n',
      }),
    ).toEqual([
      'packages/x509/src/a.test.ts:1 spelling: certifcate',
      'packages/x509/src/a.ts:2 spelling: certifcate',
      'packages/x509/src/a.ts:3 spelling: certifcate',
      'packages/x509/src/a.ts:4 spelling: certifcates',
      'packages/x509/src/a.ts:4 spelling: certifcate',
      'docs/a.md:3 spelling: certifcate',
      'packages/x509/README.md:1 spelling: certifcates',
      'tooling/a.yaml:1 spelling: certifcate',
    ]);
  });

  it('refuses American spelling', () => {
    expect(problems({ 'docs/a.md': 'The color and the behavior of the organization.\n' })).toHaveLength(3);
    expect(problems({ 'docs/a.md': 'The colour and the behaviour of the organisation.\n' })).toEqual([]);
  });

  it('passes a word of the list, with a capital where it begins a sentence; a name only as it is written', () => {
    const text = { 'docs/a.md': 'Nonces are read: a nonces file. Kamailio’s partner.\n' };
    expect(problems(text, ['Kamailio', 'nonces'])).toEqual([]);
    expect(problems({ 'docs/a.md': 'The kamailio, the Kamailio.\n' }, ['Kamailio'])).toEqual([
      'docs/a.md:1 spelling: kamailio',
    ]);
  });

  it('refuses a list that is not sorted, and a word in it that no text has', () => {
    const text = { 'docs/a.md': 'Nonces and gruus.\n' };
    expect(problems(text, ['nonces', 'gruus'])).toEqual([
      `${wordList}:2 gruus is listed twice or not in its place: one word a line, sorted`,
    ]);
    expect(problems(text, ['gruus', 'maddr', 'nonces'])).toEqual([
      `${wordList}:undefined no text needs maddr`,
    ]);
  });

  it('leaves out what is not language: code, names in its form, addresses, paths, abbreviations', () => {
    const text = [
      'The `certifcate` of loadCertifcate and load_certifcate, at https://a.example/certifcate,',
      'in docs/certifcate.md (see [the page](certifcate.md#certifcate)), after --certifcate, CRTFCT, x509v3:',
      '```ts',
      'const certifcate = 1;',
      '```',
    ].join('\n');
    expect(wordsIn(text).map(({ word }) => word)).toEqual(['The', 'and', 'see', 'the', 'page', 'after']);
  });

  it('reads on behind a backtick that nothing closes in the same text', () => {
    const source = 'export const a = "a ` b is certifcate";\nexport const b = "a ` b";\n';
    expect(problems({ 'packages/x509/src/a.ts': source })).toEqual([
      'packages/x509/src/a.ts:1 spelling: certifcate',
    ]);
  });
});
