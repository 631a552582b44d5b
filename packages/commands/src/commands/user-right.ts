import { type AccountRight, accountRights } from '@entente/accounts';
import { OperatorFault } from '@entente/host';
import { type Command, Option } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { changeCommand, inForceSoon, readAddress } from '../users/account-command.ts';
import { userCommand } from '../users/user-command.ts';

interface UserRightOptions extends AdministratorOptions {
  readonly grant?: AccountRight;
  readonly revoke?: AccountRight;
}

/**
 * Adds `entente user right`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const right = userCommand(program)
    .command('right')
    .summary('say what a user may do')
    .description(
      'Gives a user a right, or takes it away; everything else of the account stays. dial-outside: call numbers of the telephone network. Exit status 1: refused, or there is no such user.',
    )
    .argument('<address>', 'alice@contoso.example')
    .addOption(new Option('--grant <right>', 'give it').choices([...accountRights]))
    .addOption(new Option('--revoke <right>', 'take it away').choices([...accountRights]));
  administratorCommand(right, 'entente user right alice@contoso.example --grant dial-outside').action(run);
}

async function run(text: string, options: UserRightOptions): Promise<void> {
  const { address } = readAddress(text);
  const { grant, revoke } = options;
  if ((grant === undefined) === (revoke === undefined)) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected either --grant or --revoke',
      place: 'the command line',
      remedy: 'give one of them, with a right',
    });
  }
  const order = grant === undefined ? { revoke } : { grant };
  const verb = grant === undefined ? 'has no longer' : 'has';
  const before = grant === undefined ? 'did not have' : 'had';
  const right = grant ?? revoke;
  await sendCommand(changeCommand(address, order), options, ({ changed }) => ({
    json: { user: address, right, granted: grant !== undefined, changed },
    lines: [
      changed === true
        ? `${address} ${verb} the right ${right}`
        : `${address} ${before} the right ${right} before`,
    ],
    next: changed === true ? [inForceSoon] : [],
  }));
}
