import { OperatorFault } from '@entente/host';
import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { changeCommand, inForceSoon, readAddress } from '../users/account-command.ts';
import { userCommand } from '../users/user-command.ts';

interface UserMoveOptions extends AdministratorOptions {
  readonly home?: string;
  readonly default?: boolean;
}

/**
 * Adds `entente user move`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const move = userCommand(program)
    .command('move')
    .summary('give a user another home')
    .description(
      'The user is at home in another pool, or at one front end. Devices that are connected to a front end of the old one are disconnected, and register again at once; those outside, behind an edge, are reached from their next registration on, within half an hour by default. A call that is under way may not hear of its end. An entry for the user in the signed topology wins over it. Exit status 1: refused, or there is no such user or home.',
    )
    .argument('<address>', 'alice@contoso.example')
    .option('--home <fqdn>', 'pool or front end')
    .option('--default', 'the pool of the domain');
  administratorCommand(move, 'entente user move alice@contoso.example --home pool2.contoso.example').action(
    run,
  );
}

async function run(text: string, options: UserMoveOptions): Promise<void> {
  const { address } = readAddress(text);
  const { default: isDefault, home } = options;
  if ((home === undefined) === (isDefault !== true)) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected either --home or --default',
      place: 'the command line',
      remedy: 'give --home with a pool or a front end, or --default for the pool of the domain',
    });
  }
  const place = home ?? 'the pool of the domain';
  await sendCommand(changeCommand(address, { home: home ?? null }), options, ({ changed }) => ({
    json: { user: address, home: home ?? null, changed },
    lines: [
      changed === true ? `${address} is at home at ${place}` : `${address} was at home at ${place} before`,
    ],
    next:
      changed === true
        ? [
            inForceSoon,
            'devices inside are disconnected and register again; those behind an edge are not reached (480) until they register again, within 30 minutes by default: to be reached at once, sign in again there',
          ]
        : [],
  }));
}
