import { describe, expect, it } from 'vitest';
import { plantTree } from './testing/planted-tree.ts';
import { checkTsdoc } from './tsdoc.ts';

function problems(files: Readonly<Record<string, string>>): string[] {
  using tree = plantTree(files);
  return checkTsdoc(tree.root).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

/** What is said of a comment on a function with the parameters `name` and `maxBytes`. */
function judge(...lines: readonly string[]): string[] {
  const comment = ['/**', ' * Reads.', ...lines.map((line) => ` * ${line}`), ' */'].join('\n');
  const text = `${comment}\nexport function read(name: string, maxBytes: number): string {\n  return name + maxBytes;\n}\n`;
  return problems({ 'packages/x509/src/a.ts': text });
}

describe('the TSDoc check', () => {
  it('passes the dialect of the repository', () => {
    expect(
      judge(
        '@param name - Of the file, e.g. `a@b`.',
        '@param maxBytes - 1 to 65,536.',
        '@returns the text',
        '@throws DecodeFault `ENTENTE_DECODE` where it is larger',
        '@see RFC 5280 §4.1',
        '@example',
        '```ts',
        "import { read } from '@entente/x509';",
        '@Decorated',
        '```',
      ),
    ).toEqual([]);
  });

  it('refuses a parameter without hyphen, without text or with a type, and says where', () => {
    expect(judge('@param name of the file')).toEqual([
      'packages/x509/src/a.ts:3: tsdoc: expected "@param name - text", found "@param name of the file"',
    ]);
    expect(judge('@param name')).toHaveLength(1);
    expect(judge('@param name -')).toHaveLength(1);
    expect(judge('@param name – of the file')).toHaveLength(1);
    expect(judge('@param {string} name - of the file')[0]).toContain('has a type in braces');
  });

  it('refuses them at the end of a line too', () => {
    expect(
      problems({
        'packages/x509/src/a.ts': '/** Reads. @param name of it */\nconst a = (name: string) => name;',
      }),
    ).toHaveLength(1);
  });

  it('refuses a parameter that there is not, of any kind of function', () => {
    const forms = [
      'export function read(bytes: string) {}',
      'export const read = (bytes: string) => bytes;',
      'export type Read = (bytes: string) => void;',
      'const a = {\n  COMMENT\n  read(bytes: string) {},\n};',
      'interface A {\n  COMMENT\n  read(bytes: string): void;\n}',
      'interface A {\n  COMMENT\n  readonly read: (bytes: string) => void;\n}',
      'class A {\n  COMMENT\n  constructor(bytes: string) {}\n}',
    ];
    for (const form of forms) {
      const text = (name: string) => {
        const comment = `/**\n * Reads.\n * @param ${name} - what\n */`;
        return form.includes('COMMENT') ? form.replace('COMMENT', comment) : `${comment}\n${form}`;
      };
      expect(problems({ 'packages/x509/src/a.ts': text('bytes') }), form).toEqual([]);
      expect(problems({ 'packages/x509/src/a.ts': text('text') })[0], form).toContain(
        '@param text names no parameter; there is bytes',
      );
    }
  });

  it('passes a name for a parameter that is taken apart at once', () => {
    const text =
      '/**\n * Reads.\n * @param options - what\n */\nexport const read = ({ a }: { a: number }) => a;';
    expect(problems({ 'packages/x509/src/a.ts': text })).toEqual([]);
  });

  it('refuses a tag of another dialect, one without text, and a type in braces', () => {
    expect(judge('@return the text')[0]).toContain('@return is not one of');
    expect(judge('@author somebody')[0]).toContain('@author is not one of');
    expect(judge('@returns')[0]).toContain('@returns says nothing');
    expect(judge('@throws {DecodeFault} where it is larger')[0]).toContain('has a type in braces');
    expect(judge('@see {@link readAll}')).toEqual([]);
  });

  it('looks at what ships: not at tests beside the package, nor at tooling', () => {
    const text = '/** @return a */\nexport const a = 1;';
    expect(problems({ 'packages/x509/test/a.ts': text, 'tooling/a.ts': text })).toEqual([]);
    expect(problems({ 'apps/cli/src/a.ts': text })).toHaveLength(1);
  });
});
