import type { Command } from 'commander';

/** Commands that have none but others below them, with their descriptions. */
const groups: ReadonlyMap<string, string> = new Map([
  ['ca', 'the certification authority of the domain'],
  ['topology', 'the signed list of trusted servers and partners: write, check, plan, sign'],
  ['partner', 'refuse a partner for a while, and end that'],
  ['rotate', 'rollover of the certification authority'],
  ['cert', 'the certificates that the authority has issued'],
  ['user', 'the users: who may sign in, and where they are at home'],
]);

/**
 * A command that has others below it, each of which registers itself there.
 * @param program - the command line
 * @param name - e.g. `topology`
 */
export function groupCommand(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(groups.get(name) ?? '');
}
