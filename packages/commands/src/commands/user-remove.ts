import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal, sendCommand } from '../authority/send-command.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { changeCommand, inForceSoon, readAddress } from '../users/account-command.ts';
import { listAccounts } from '../users/listed-accounts.ts';
import { userCommand } from '../users/user-command.ts';

/**
 * Adds `entente user remove`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const remove = userCommand(program)
    .command('remove')
    .summary('remove a user')
    .description(
      'Removes the account with its password and contacts; the user is signed out everywhere within a second. It cannot be undone: entente user disable keeps the account. Exit status 1: refused, or there is no such user.',
    )
    .argument('<address>', 'alice@contoso.example')
    .option(...yesOption);
  administratorCommand(remove, 'entente user remove alice@contoso.example --yes').action(run);
}

async function run(text: string, options: AdministratorOptions & { readonly yes?: boolean }): Promise<void> {
  const { address } = readAddress(text);
  if (options.yes !== true && (await isUnknown(address, options))) return;
  const lines = [`removes ${address}, with password and contacts; entente user disable keeps them`];
  await confirm({ lines, question: `remove ${address}?` }, options.yes);
  await sendCommand(changeCommand(address, { remove: true }), options, () => ({
    json: { user: address, removed: true },
    lines: [`removed ${address}`],
    next: [inForceSoon],
  }));
}

/** Nobody is asked about an account that is not there. @returns whether that was answered */
async function isUnknown(address: string, options: AdministratorOptions): Promise<boolean> {
  await using connection = await connectAuthority(await accessOf(options));
  const found = await listAccounts(connection, { address }, 1);
  if (!found.ok) {
    giveRefusal(found.refusal, options.json);
    return true;
  }
  if (found.accounts.length > 0) return false;
  const message = `there is no user ${address}`;
  giveRefusal(
    { reason: 'account-unknown', message, remedy: 'check the address with entente user list' },
    options.json,
  );
  return true;
}
