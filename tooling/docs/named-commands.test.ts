import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgram } from '@entente/commands';
import { describe, expect, it } from 'vitest';
import { readSources, walk } from '../check/source/source-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = createProgram();

/** Programs that the network has: one for each app, and those of the folder for a clone. */
const programs = new Set([
  ...readdirSync(join(root, 'apps')).map((app) => (app === 'cli' ? 'entente' : `entente-${app}`)),
  ...readdirSync(join(root, 'tooling/bin')),
]);

/** What is wrong with a command that a text names; undefined where it exists as written. */
function wrongWith(words: readonly string[]): string | undefined {
  let command = program;
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
  return unknown === undefined ? undefined : `entente ${words.slice(0, at).join(' ')} has no ${unknown}`;
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
    ...readSources(root)
      .filter(({ home, test }) => home !== 'tooling' && !test)
      .map(({ path, text }) => ({ path, text })),
    ...[...walk(root)]
      .filter((path) => path.endsWith('.md'))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
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
  ])('is checked: %s', (text, problem) => {
    const [words] = commandsIn(`Run ${text}.`);
    const found = wrongWith(words ?? []);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});
