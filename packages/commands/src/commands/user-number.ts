import { OperatorFault } from '@entente/host';
import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { changeCommand, inForceSoon, readAddress } from '../users/account-command.ts';
import { userCommand } from '../users/user-command.ts';

interface UserNumberOptions extends AdministratorOptions {
  readonly set?: string;
  readonly none?: boolean;
}

/**
 * Adds `entente user number`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const number = userCommand(program)
    .command('number')
    .summary('give a user a telephone number')
    .description(
      'Calls to the number reach the user, from inside and from the telephone network; gateways are told it as the number of the caller. A number that another user has is refused: it would reach neither of them. Exit status 1: refused, or there is no such user.',
    )
    .argument('<address>', 'alice@contoso.example')
    .option('--set <number>', 'with country code, e.g. +4930123456')
    .option('--none', 'the user has no number');
  administratorCommand(number, 'entente user number alice@contoso.example --set +4930123456').action(run);
}

async function run(text: string, options: UserNumberOptions): Promise<void> {
  const { address } = readAddress(text);
  const { none, set } = options;
  if ((set === undefined) === (none !== true)) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected either --set or --none',
      place: 'the command line',
      remedy: 'give --set with a number, or --none to take the number away',
    });
  }
  const number = set ?? null;
  const shown = set === undefined ? 'no number' : `the number ${set}`;
  await sendCommand(changeCommand(address, { number }), options, ({ changed }) => ({
    json: { user: address, number, changed },
    lines: [changed === true ? `${address} has ${shown}` : `${address} had ${shown} before`],
    next: changed === true ? [inForceSoon] : [],
  }));
}
