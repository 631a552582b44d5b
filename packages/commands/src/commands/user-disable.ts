import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { changeCommand, inForceSoon, readAddress } from '../users/account-command.ts';
import { userCommand } from '../users/user-command.ts';

/**
 * Adds `entente user disable`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const disable = userCommand(program)
    .command('disable')
    .summary('sign a user out everywhere, and keep the account')
    .description(
      'The user cannot sign in, and is signed out of everything within a second: registrations are dropped, and no request is accepted, in a dialog either. The account, its password and its contacts stay. Exit status 1: refused, or there is no such user.',
    )
    .argument('<address>', 'alice@contoso.example');
  administratorCommand(disable, 'entente user disable alice@contoso.example').action(run);
}

async function run(text: string, options: AdministratorOptions): Promise<void> {
  const { address } = readAddress(text);
  await sendCommand(changeCommand(address, { state: 'disabled' }), options, ({ changed }) => ({
    json: { user: address, state: 'disabled', changed },
    lines: [changed === true ? `disabled ${address}` : `${address} was disabled before`],
    next:
      changed === true
        ? [
            inForceSoon,
            `entente user enable ${shellWord(address)} --as ca/administrators/<you>.yaml takes it back`,
          ]
        : [],
  }));
}
