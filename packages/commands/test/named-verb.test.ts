import { createProgram } from '@entente/commands';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runEntente } from './command-line.ts';

/** Each command with the words that lead to it. */
function all(command: Command, words: readonly string[] = []): (readonly [string, Command])[] {
  return [
    [words.join(' '), command],
    ...command.commands.flatMap((child) => all(child, [...words, child.name()])),
  ];
}

const program = await createProgram();
const commands = all(program);

describe('a command line of which one command is loaded', () => {
  it.each(commands.filter(([, { commands: below }]) => below.length > 0))(
    'has the same help as the whole one: entente %s',
    async (words, command) => {
      const part = await createProgram([...words.split(' '), '--help']);
      const same = all(part).find(([path]) => path === words)?.[1];
      expect(same?.helpInformation()).toBe(command.helpInformation());
    },
  );

  it('shows no default of an option that has none, also where it may be repeated', () => {
    for (const [words, command] of commands) expect(command.helpInformation(), words).not.toContain('[])');
  });

  it('has what each command needs: its help is that of the whole one', async () => {
    for (const [words, command] of commands) {
      const part = await createProgram(words.split(' '));
      const same = all(part).find(([path]) => path === words)?.[1];
      expect(same?.helpInformation(), words).toBe(command.helpInformation());
    }
  });

  it.each(['topology help sign', 'topology sign --help', 'help topology sign'])(
    'finds the command in: entente %s',
    async (line) => {
      const { stderr, stdout } = await runEntente(line);
      expect(stdout + stderr).toContain('topology sign');
    },
  );

  it('knows none that is misspelt, and says which is meant', async () => {
    const { status, stderr } = await runEntente('topology sing');
    expect([status, stderr]).toEqual([2, expect.stringContaining('Did you mean sign?')]);
  });

  it('knows none that is misspelt behind help either, and says which word it is', async () => {
    const help = await runEntente('help topology sing');
    expect([help.status, help.stdout, help.stderr]).toEqual([
      2,
      '',
      expect.stringContaining('Did you mean sign?'),
    ]);
    const nope = await runEntente('help nope');
    expect([nope.status, nope.stdout, nope.stderr]).toEqual([2, '', expect.stringContaining("'nope'")]);
    const sign = await runEntente('help topology sign');
    expect(sign).toEqual({ status: 0, stdout: expect.stringContaining('entente topology sign'), stderr: '' });
    // What is behind a command that has none below it is an argument of it.
    expect((await runEntente('help explain example.com')).stdout).toBe(
      (await runEntente('explain --help')).stdout,
    );
    expect(await runEntente('help')).toMatchObject({ status: 0, stdout: expect.stringContaining('explain') });
  });
});
