import type { Command } from 'commander';

/** What can follow the words of one command. */
export interface CompletedWords {
  /** With the program's name, e.g. `entente topology sign`. */
  readonly path: string;
  /** Commands below it, and its options. */
  readonly words: readonly string[];
  /** What can follow an option that takes a value; empty where that is free, e.g. a file. */
  readonly values: readonly { readonly option: string; readonly values: readonly string[] }[];
}

/**
 * What can be completed of a program, read from its commands.
 * @param command - the program, with every command loaded
 * @param path - its name
 */
export function completedWords(command: Command, path = command.name()): readonly CompletedWords[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  const own = {
    path,
    words: [
      ...command.commands.map((child) => child.name()),
      ...options.flatMap(({ long }) => long ?? []),
      '--help',
    ],
    values: options
      .filter(({ optional, required }) => required || optional)
      .flatMap(({ argChoices = [], long, short }) =>
        [long, short].flatMap((option) => (option == null ? [] : { option, values: argChoices })),
      ),
  };
  return [own, ...command.commands.flatMap((child) => completedWords(child, `${path} ${child.name()}`))];
}
