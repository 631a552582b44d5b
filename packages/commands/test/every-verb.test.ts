import { createProgram } from '@entente/commands';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';

function verbsOf(command: Command, path: readonly string[]): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((child) => verbsOf(child, [...path, child.name()]));
}

/** The help as `--help` prints it, examples included. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

const program = await createProgram();

describe('every verb of entente', () => {
  const verbs = verbsOf(program, []);

  it('is there', () => {
    expect(verbs.length).toBeGreaterThan(25);
  });

  it.each(verbs)('%s: has a summary, a description, an example that names it, and --json', (path, verb) => {
    const help = helpOf(verb);
    expect(verb.summary() || verb.description()).not.toBe('');
    expect(verb.description()).toMatch(/\.$/);
    expect(help).toMatch(/\nExamples?:\n {2}entente /);
    expect(help.split(/\nExamples?:\n/)[1]).toMatch(new RegExp(`entente ${path}\\s`));
    expect(verb.options.map(({ long }) => long)).toContain('--json');
  });

  it.each(verbs)('%s: the options of its example exist', (_path, verb) => {
    const example = helpOf(verb).split(/\nExamples?:\n/)[1] ?? '';
    const known = verb.options.map(({ long }) => long);
    for (const [option] of example.matchAll(/--[a-z][a-z0-9-]*/g)) expect(known).toContain(option);
  });
});
