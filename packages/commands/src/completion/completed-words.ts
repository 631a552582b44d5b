import { services } from '@entente/topology';
import type { Command, Option } from 'commander';

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
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
      ...command.commands.map((child) => child.name()),
      ...options.flatMap(({ long }) => long ?? []),
      '--help',
    ],
    values: options
      .filter(({ optional, required }) => required || optional)
      .flatMap((one) =>
        [one.long, one.short].flatMap((option) => (option == null ? [] : { option, values: valuesOf(one) })),
      ),
  };
  const below = command.commands.flatMap((child) => completedWords(child, `${path} ${child.name()}`));
  return command.parent === null
    ? [withHelp(own), ...helpOf(command, `${path} help`), ...below]
    : [own, ...below];
}

/** The program has a command `help`, which is none of its list. */
function withHelp(own: CompletedWords): CompletedWords {
  const { commands, options } = parted(own);
  return { ...own, words: [...commands, 'help', ...options] };
}

/** The words behind `help` are those of the command whose help is shown, however deep it is. */
function helpOf(command: Command, path: string): readonly CompletedWords[] {
  const words = command.commands.map((child) => child.name());
  const below = command.commands.flatMap((child) => helpOf(child, `${path} ${child.name()}`));
  return [{ path, words, values: [] }, ...below];
}

function parted({ words }: CompletedWords) {
  const isOption = (word: string): boolean => word.startsWith('-');
  return { commands: words.filter((word) => !isOption(word)), options: words.filter(isOption) };
}

/** The beginning of a value counts too: the port behind the service is free. */
function valuesOf({ argChoices = [], flags }: Option): readonly string[] {
  return flags.includes('<service=port>') ? services.map((service) => `${service}=`) : argChoices;
}
