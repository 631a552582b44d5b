import { reportFault } from '@entente/host';
import { Command, CommanderError } from 'commander';
import { register as caInit } from './commands/ca-init.ts';
import { register as explain } from './commands/explain.ts';

/** Each verb is one file of `commands/`. */
const verbs = [explain, caInit];

/**
 * The command line `entente`.
 * @returns the program with every verb
 */
export function createProgram(): Command {
  const program = new Command('entente')
    .description('Who may act as this name, and why not: the command line of the network.')
    .showHelpAfterError('(entente --help lists the verbs)');
  for (const register of verbs) register(program);
  for (const command of allOf(program)) command.exitOverride();
  return program;
}

/**
 * Runs the command line.
 * @param args what stands after the program's name
 * @returns exit status: 0 done, 1 refused or failed check, 2 usage
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFault('entente', error, 'the command line');
  }
}

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}
