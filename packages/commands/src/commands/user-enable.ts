import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { changeCommand, inForceSoon, readAddress } from '../users/account-command.ts';
import { userCommand } from '../users/user-command.ts';

/**
 * Adds `entente user enable`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const enable = userCommand(program)
    .command('enable')
    .summary('let a user sign in again')
    .description(
      'The user can sign in again, with the password as before. Exit status 1: refused, or there is no such user.',
    )
    .argument('<address>', 'alice@contoso.example');
  administratorCommand(enable, 'entente user enable alice@contoso.example').action(run);
}

async function run(text: string, options: AdministratorOptions): Promise<void> {
  const { address } = readAddress(text);
  await sendCommand(changeCommand(address, { state: 'enabled' }), options, ({ changed }) => ({
    json: { user: address, state: 'enabled', changed },
    lines: [changed === true ? `enabled ${address}` : `${address} was enabled before`],
    next:
      changed === true
        ? [
            `${inForceSoon}; a client that stayed connected is reached again from its next registration on, which may take half an hour`,
          ]
        : [],
  }));
}
