import { describe, expect, it } from 'vitest';
import { plantTree } from '../testing/planted-tree.ts';
import { checkPhrases, type PhraseRules } from './check-phrases.ts';
import { retiredPhrases } from './retired.ts';

const rules: PhraseRules = {
  phrases: [
    { phrase: 'door', pattern: /doors?/, instead: 'listener', names: true },
    { phrase: 'tell apart', pattern: /tells? apart/, instead: 'distinguish', names: true },
  ],
  exceptions: [],
};

function problems(files: Readonly<Record<string, string>>, exceptions: PhraseRules['exceptions'] = []) {
  using tree = plantTree(files);
  return checkPhrases(tree.root, undefined, { ...rules, exceptions }).map(
    ({ file, line, message }) => `${file}:${line ?? 0}: ${message.split(';')[0]}`,
  );
}

const source = 'packages/trust/src/a.ts';

describe('the phrases check', () => {
  it('finds a retired phrase in every kind of comment, with its line', () => {
    for (const text of [
      '\n// A door is open.\n',
      '\n/* the doors */ export const a = 1;\n',
      '/**\n * @param a - the Door\n */\nexport const f = (a: number) => a;\n',
      'export const a = [\n  1, // a door\n];\n',
    ]) {
      expect(problems({ [source]: text }), text).toEqual([expect.stringMatching(/a\.ts:2: "doors?" is/i)]);
    }
  });

  it('finds it across the lines of a comment, of a page and of a template', () => {
    expect(problems({ [source]: '/**\n * What tells\n * apart.\n */\n' })).toHaveLength(1);
    expect(problems({ [source]: 'const b = 1;\n// it tells\n// apart\nexport const a = b;\n' })).toHaveLength(
      1,
    );
    expect(problems({ [source]: 'export const a = `it tells\napart`;\n' })).toHaveLength(1);
    expect(problems({ 'docs/a.md': 'It tells\napart.\n' })).toEqual([
      'docs/a.md:1: "tells apart" is retired',
    ]);
  });

  it('finds it in the texts of programs, templates included, and not in names, values and code', () => {
    expect(problems({ [source]: "export const a = 'the door is open';\n" })).toHaveLength(1);
    expect(
      problems({ [source]: 'export const a = (n: number) => `door $' + '{n} of doors`;\n' }),
    ).toHaveLength(2);
    expect(
      problems({ [source]: "import a from './door';\nexport const b = a('door', a.door, /door a/);\n" }),
    ).toEqual([]);
  });

  it('finds it only as a whole word', () => {
    expect(problems({ [source]: '// outdoors, door-to-door and indoor\n' })).toEqual([]);
  });

  it('reads the comments of a test, and not its data', () => {
    const text = "// a door\nconst door = 'the door';\nexport const a = door;\n";
    expect(problems({ 'packages/trust/test/a.ts': text })).toEqual([
      'packages/trust/test/a.ts:1: "door" is retired',
    ]);
  });

  it('reads the titles of a test for words that stay out of names', () => {
    const text = "describe('a door', () => {});\nit.each([[1]])('opens the door for %s', () => {});\n";
    expect(
      problems({ 'packages/trust/test/a.ts': `${text}const data = run('the door is data');\n` }),
    ).toEqual([
      'packages/trust/test/a.ts:1: "door" is retired',
      'packages/trust/test/a.ts:2: "door" is retired',
    ]);
  });

  it('finds it in the name of a file and of what a file declares', () => {
    expect(problems({ 'packages/trust/src/open-door.ts': '' })).toHaveLength(1);
    for (const text of [
      'export const frontDoor = 1;\n',
      'export interface Door {}\n',
      'export class A { #door = 1; b() { return this.#door; } }\n',
      'export function tellApart(): void {}\n',
    ]) {
      expect(problems({ [source]: text }), text).toHaveLength(1);
    }
  });

  it('reads comments of scripts and settings', () => {
    expect(problems({ 'examples/a.yaml': 'door: 1 # the door\n' })).toEqual([
      'examples/a.yaml:1: "door" is retired',
    ]);
  });

  it('excuses what an exception names, by path, phrase and text, and refuses one that excuses nothing', () => {
    const files = { 'docs/a.md': 'The door of a cage.\n\nThe door.\n' };
    const reason = 'real doors';
    expect(problems(files, [{ path: 'docs/', phrase: 'door', reason }])).toEqual([]);
    expect(problems(files, [{ path: 'docs/a.md', phrase: '*', text: 'of a cage.', reason }])).toEqual([]);
    const stale = problems(files, [{ path: 'docs/b.md', phrase: 'door', reason }]);
    expect(stale).toHaveLength(3);
    expect(stale.at(-1)).toBe('docs/b.md:0: the exception for "door" excuses nothing');
  });

  it.each([
    ['whoever', 'Whoever sends it is answered.'],
    ['he', 'The peer sends his certificate.'],
    ['way in', 'It seals the way inside.'],
    ['tell apart', 'It tells the first bytes apart.'],
    ['tell of', 'The server is told of it.'],
    ['take up', 'A member takes the topology up.'],
    ['is no …', 'That is no DNS name.'],
  ])('has %s on its list', (phrase, text) => {
    using tree = plantTree({ 'docs/a.md': text });
    const found = checkPhrases(tree.root, undefined, { phrases: retiredPhrases, exceptions: [] });
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining(retiredPhrases.find((each) => each.phrase === phrase)?.instead ?? 'none'),
    ]);
  });

  it.each([
    'There is no user, and it is no longer sent.',
    'In a similar way, in which the other way is shown.',
    'It takes place and ends up there.',
    'The gateway, the heading, the hero and another.',
  ])('has nothing against: %s', (text) => {
    using tree = plantTree({ 'docs/a.md': text });
    expect(checkPhrases(tree.root, undefined, { phrases: retiredPhrases, exceptions: [] })).toEqual([]);
  });
});
