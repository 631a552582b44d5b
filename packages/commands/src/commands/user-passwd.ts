import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import {
  changeCommand,
  digestsOf,
  inForceSoon,
  lostPassword,
  readAddress,
} from '../users/account-command.ts';
import { algorithmOf, type PasswordOptions, passwordOptions, readPassword } from '../users/read-password.ts';
import { userCommand } from '../users/user-command.ts';

/**
 * Adds `entente user passwd`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const passwd = userCommand(program)
    .command('passwd')
    .summary('set another password')
    .description(
      'Asks for the password, twice at a terminal, or reads it from a file or from the first line of standard input, and sends its digest to the authority. What the user has signed in to with the password before is over on every front end. Exit status 1: refused.',
    )
    .argument('<address>', 'alice@contoso.example');
  administratorCommand(
    passwordOptions(passwd),
    'entente user passwd alice@contoso.example --generate',
  ).action(run);
}

async function run(text: string, options: AdministratorOptions & PasswordOptions): Promise<void> {
  const { address } = readAddress(text);
  const { isGenerated, password } = await readPassword(address, options);
  const verifiers = digestsOf(address, password, algorithmOf(options));
  await sendCommand(changeCommand(address, { verifiers }), options, ({ changed }) => ({
    json: { user: address, changed, ...(isGenerated ? { password } : {}) },
    lines: [
      changed === true ? `${address} has another password` : `${address} had this password before`,
      ...(isGenerated ? [`password (shown only once): ${password}`] : []),
    ],
    ifLost: isGenerated ? lostPassword(address) : undefined,
    next: changed === true ? [`${inForceSoon}; the clients of the user need the new password`] : [],
  }));
}
