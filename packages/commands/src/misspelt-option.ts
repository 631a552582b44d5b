import type { Command } from 'commander';
import { didYouMean } from './topology/did-you-mean.ts';

/**
 * The first option on the command line that a command does not have, as commander says it. Commander looks for required options first,
 * so that it would say of `--adress` only that `--address` is missing.
 * @param command - that was called
 * @param args - the arguments after the program's name
 * @returns undefined where it has them all
 */
export function misspeltOption(command: Command, args: readonly string[]): string | undefined {
  const end = args.indexOf('--');
  const known = command.options.flatMap(({ long, short }) =>
    [long, short].filter((flag) => flag !== undefined && flag !== null),
  );
  const given = (end < 0 ? args : args.slice(0, end))
    .filter((word) => word.startsWith('--'))
    .map((word) => word.split('=', 1)[0] as string)
    .find((flag) => !known.includes(flag));
  if (given === undefined) return undefined;
  const meant = didYouMean(given, known);
  return `unknown option '${given}'${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`;
}
