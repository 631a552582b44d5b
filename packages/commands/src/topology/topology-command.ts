import type { Command } from 'commander';
import { groupCommand } from '../group-command.ts';

/**
 * The command `topology`, under which each of its verbs registers itself.
 * @param program - the command line
 */
export function topologyCommand(program: Command): Command {
  return groupCommand(program, 'topology');
}

/** Where the document is by default. */
export const defaultFile = 'topology.yaml';
