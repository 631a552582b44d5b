import type { Command } from 'commander';

/**
 * The command `topology`, under which each of its verbs registers itself.
 * @param program - the command line
 */
export function topologyCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === 'topology');
  return (
    known ??
    program
      .command('topology')
      .description('the signed list of trusted servers and partners: write, check, plan, sign')
  );
}

/** Where the document is by default. */
export const defaultFile = 'topology.yaml';
