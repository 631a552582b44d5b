import type { Command } from 'commander';

/**
 * The command `topology`, under which each of its verbs registers itself.
 * @param program the command line
 */
export function topologyCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === 'topology');
  return (
    known ??
    program.command('topology').description('the signed list of whom to trust: write, check, plan, sign')
  );
}

/** Where the document is unless a command is told otherwise. */
export const defaultFile = 'topology.yaml';
