import type { Command } from 'commander';
import { groupCommand } from '../group-command.ts';

/**
 * The command `cert`, under which each of its verbs registers itself.
 * @param program - the command line
 */
export function certificateCommand(program: Command): Command {
  return groupCommand(program, 'cert');
}
