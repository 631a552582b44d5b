import type { Command } from 'commander';
import { groupCommand } from '../group-command.ts';

/**
 * The command `user`, under which each of its verbs registers itself.
 * @param program - the command line
 */
export function userCommand(program: Command): Command {
  return groupCommand(program, 'user');
}
