import { fileURLToPath } from 'node:url';
import { createProgram } from '@entente/commands';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readSources } from '../check/source/source-file.ts';

type Command = Pick<Awaited<ReturnType<typeof createProgram>>, 'name' | 'commands'>;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What ships, without tests. */
const shipped = readSources(root).filter((file) => file.room !== undefined && !file.test);

/** Each text of the sources that names a command: where it is, and the words behind `entente`. */
function namedCommands(): { readonly where: string; readonly words: readonly string[] }[] {
  const found: { where: string; words: readonly string[] }[] = [];
  for (const file of shipped) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
        for (const [, words = ''] of node.text.matchAll(
          /(?<![\w/@.-])entente ((?:[a-z]+(?:-[a-z]+)* ?)+)/g,
        )) {
          const line = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
          found.push({ where: `${file.path}:${line}`, words: words.trim().split(' ') });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file.tree);
  }
  return found;
}

/** Whether the words begin with a command that can be run; what follows it is the rest of the sentence. */
function isCommand(program: Command, words: readonly string[]): boolean {
  if (program.commands.length === 0) return true;
  const [first, ...rest] = words;
  const command = program.commands.find((one) => one.name() === first);
  return command !== undefined && (rest.length === 0 || isCommand(command, rest));
}

describe('a command that a remedy or another text names', () => {
  const commands = namedCommands();

  it('exists', async () => {
    expect(commands.length).toBeGreaterThan(30);
    const program = await createProgram();
    const unknown = commands.filter(({ words }) => !isCommand(program, words));
    expect(unknown.map(({ where, words }) => `${where}: entente ${words.join(' ')}`)).toEqual([]);
  });

  it('is recognised with the rest of its sentence, and refused where it is misspelt', async () => {
    const program = await createProgram();
    expect(isCommand(program, ['topology', 'add', 'server', 'and', 'publish'])).toBe(true);
    expect(isCommand(program, ['topology', 'add', 'servers'])).toBe(false);
    expect(isCommand(program, ['repair'])).toBe(false);
  });
});
