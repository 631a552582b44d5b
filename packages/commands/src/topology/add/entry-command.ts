import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type Answer, give } from '../answer.ts';
import type { Edited } from '../edit-topology.ts';
import { defaultFile } from '../topology-command.ts';

/** Options that every kind of entry has. */
export interface EntryOptions {
  readonly file: string;
  readonly title?: string;
  readonly json?: boolean;
}

/**
 * Adds a kind of entry to `entente topology add`.
 * @param add - the command `add`
 */
export function entryCommand(add: Command, kind: string, summary: string, example: string): Command {
  return add
    .command(kind)
    .summary(summary)
    .description(
      `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. The file keeps its comments. The change takes effect when it is signed and published.`,
    )
    .option('--file <path>', 'the topology', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', `\nExample:\n  ${example}`);
}

/** A pool that was the home of the users of a domain, until another one is. */
export interface HomeBefore {
  readonly domain: string;
  readonly pool: string;
}

/**
 * Prints that an entry was added, and what is still missing.
 * @param what - the entry, for people
 * @param entry - the entry as it was written
 * @param next - what to do once nothing is missing
 * @param before - where users were at home, who are at home elsewhere now
 */
export function giveAdded(
  what: string,
  entry: object,
  edited: Edited,
  options: EntryOptions,
  next: readonly string[] = [],
  before: readonly HomeBefore[] = [],
): void {
  const open = edited.open.map((problem) => ({
    code: problem.code,
    message: problem.message,
    remedy: problem.remedy,
  }));
  const { file } = options;
  const answer: Answer = {
    json: { added: entry, file, open, ...(before.length === 0 ? {} : { before }) },
    lines: [
      `added ${what} to ${file}`,
      ...before.map(({ domain, pool }) => `the users of ${domain} were at home at ${pool} before`),
      ...open.map((problem) => `still missing: ${problem.message}`),
    ],
    next: [
      ...open.map((problem) => problem.remedy),
      ...next,
      `entente topology check ${shellWord(file)}`,
      `entente topology sign ${shellWord(file)} --key <your key>`,
    ],
  };
  give(answer, options.json);
}

/** Collects the values of an option that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
