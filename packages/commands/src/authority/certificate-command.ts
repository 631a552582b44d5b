import type { Command } from 'commander';

/**
 * The command `cert`, under which each of its verbs registers itself.
 * @param program - the command line
 */
export function certificateCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === 'cert');
  return known ?? program.command('cert').description('the certificates that the authority has issued');
}
