import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '@entente/commands';
import { describe, expect, it } from 'vitest';
import { walk } from '../check/source/source-file.ts';
import { read, root, shipped } from './repository-text.ts';

type Command = Awaited<ReturnType<typeof createProgram>>;
type Option = Pick<Command['options'][number], 'argChoices' | 'long'>;

const program = await createProgram();

/** Programs that the network has: one for each app, and those of the folder for a clone. */
const programs = new Set([
  ...readdirSync(join(root, 'apps')).map((app) => (app === 'cli' ? 'entente' : `entente-${app}`)),
  ...readdirSync(join(root, 'tooling/bin')),
]);

/** A word that an option takes, as far as the text gives one: `--kind partner`, but not `--kind <kind>`. */
function wrongChoice(option: Option, word: string | undefined): string | undefined {
  if (option.argChoices === undefined || word === undefined || !/^[a-z][A-Za-z-]*$/.test(word))
    return undefined;
  return option.argChoices.includes(word) ? undefined : `${option.long} has no choice ${word}`;
}

/** What is wrong with a command that a text names; undefined where it exists as written. */
function wrongWith(words: readonly string[]): string | undefined {
  if (words[0] === 'help') return wrongWith(words.slice(1).filter((word) => word !== '--json'));
  let command: Command = program;
  let at = 0;
  while (command.commands.length > 0) {
    const word = words[at] ?? '';
    // A text may name a group: "entente topology".
    if (!/^[a-z][a-z-]*$/.test(word)) break;
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) return `entente ${words.slice(0, at + 1).join(' ')} does not exist`;
    command = next;
    at += 1;
  }
  // "entente topology add … --file F" leaves the kind open, and with it the options.
  if (words[at] === '…') return undefined;
  const known = new Set(command.options.map(({ long }) => long));
  const unknown = words
    .slice(at)
    .find((word) => word.startsWith('--') && word !== '--help' && !known.has(word));
  if (unknown !== undefined) return `entente ${words.slice(0, at).join(' ')} has no ${unknown}`;
  return words
    .slice(at)
    .map((word, index) => {
      const option = command.options.find(({ long }) => long === word);
      return option === undefined ? undefined : wrongChoice(option, words[at + index + 1]);
    })
    .find((problem) => problem !== undefined);
}

/** The commands of the blocks of a page, as a shell would split them; those that leave something open are left out. */
function commandsOfBlocks(page: string): readonly string[] {
  return [...page.matchAll(/^```(?:sh|bash)\n(.*?)^```$/gms)]
    .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .flatMap((line) => line.split(/ && | \|{1,2} | > /))
    .map((line) => line.replace(/\s#.*$/, '').trim())
    .filter((line) => line.startsWith('entente ') && !line.includes('…'));
}

/** What the command line itself says of the words of a command, without running it. */
async function refusalOf(line: string): Promise<string | undefined> {
  const parsing = await createProgram();
  const quiet = (command: Command): void => {
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    for (const child of command.commands) quiet(child);
  };
  quiet(parsing);
  const words = line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  try {
    await parsing.parseAsync(words.slice(1), { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? undefined : (error as Error).message;
  }
}

/** The commands that a text names, as words: up to the end of the sentence, of the quotation or of the line. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const joined = text.replaceAll(/ *\\\\?\n\s*/g, ' ');
  return [...joined.matchAll(/(?<![\w/@.-])entente ([a-z][^`'"\n;,()|]*)/g)].map(([, rest = '']) =>
    rest
      .split(/[.:!?](?:\s|$)|\\n/)[0]!
      .trim()
      .split(/\s+/),
  );
}

describe('a command of entente that a text names', () => {
  const texts = [
    ...shipped.map(({ path, text }) => ({ path, text })),
    ...[...walk(root)].filter((path) => path.endsWith('.md')).map((path) => ({ path, text: read(path) })),
  ];

  it('exists with the options named there: in errors, remedies, comments, help and pages', () => {
    const named = texts.flatMap(({ path, text }) => commandsIn(text).map((words) => ({ path, words })));
    expect(named.length).toBeGreaterThan(150);
    const wrong = named.flatMap(({ path, words }) => {
      const problem = wrongWith(words);
      return problem === undefined ? [] : [`${path}: ${problem}`];
    });
    expect(wrong).toEqual([]);
  });

  it('can be typed as a block of a page shows it: each argument is there, and none too many', async () => {
    const typed = texts.flatMap(({ path, text }) =>
      path.endsWith('.md') ? commandsOfBlocks(text).map((line) => ({ path, line })) : [],
    );
    expect(typed.length).toBeGreaterThan(100);
    const wrong: string[] = [];
    for (const { path, line } of typed) {
      const refusal = await refusalOf(line);
      if (refusal !== undefined) wrong.push(`${path}: ${line}: ${refusal}`);
    }
    expect(wrong).toEqual([]);
    expect(await refusalOf('entente topology remove')).toContain("missing required argument 'name'");
    expect(await refusalOf('entente topology sign a b --key k')).toContain('too many arguments');
  });

  it('can be run in a clone: the folder for its path has the program of every app', () => {
    const inClone = readdirSync(join(root, 'tooling/bin'));
    const ofApps = readdirSync(join(root, 'apps')).map((app) =>
      app === 'cli' ? 'entente' : `entente-${app}`,
    );
    expect(ofApps.filter((name) => !inClone.includes(name))).toEqual([]);
  });

  it('belongs to a program that exists', () => {
    const named = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![\w/@.-])(entente-[a-z]+(?:-[a-z]+)*)(?= --config)/g)].map(([, name = '']) => ({
        path,
        name,
      })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ name }) => !programs.has(name))).toEqual([]);
  });

  it.each([
    ['entente topology undo', 'does not exist'],
    ['entente topology sign topology.yaml --force', 'has no --force'],
    ['entente topology add server <fqdn> --role edge', undefined],
    ['entente topology remove fabrikam --kind partners', 'has no choice partners'],
  ])('is checked: %s', (text, problem) => {
    const [words] = commandsIn(`Run ${text}.`);
    const found = wrongWith(words ?? []);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});
