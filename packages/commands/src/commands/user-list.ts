import { accountStates } from '@entente/accounts';
import { OperatorFault } from '@entente/host';
import type { TopologyDocument } from '@entente/topology';
import { type Command, Option } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { versionInForce } from '../authority/version-in-force.ts';
import { give, table } from '../topology/answer.ts';
import { readAddress } from '../users/account-command.ts';
import { homeOfUser } from '../users/home-of-user.ts';
import { type ListedAccount, listAccounts } from '../users/listed-accounts.ts';
import { userCommand } from '../users/user-command.ts';

interface UserListOptions extends AdministratorOptions {
  readonly home?: string;
  readonly state?: string;
  readonly limit: string;
}

/**
 * Adds `entente user list`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const list = userCommand(program)
    .command('list')
    .summary('list the users')
    .description(
      'Lists the accounts that the authority has, in the order of their addresses, or one of them. It shows for which algorithms there is a digest, never the digest. Exit status 1: refused, or there is no such user.',
    )
    .argument('[address]', 'this one alone')
    .option('--home <fqdn>', 'those that have this home of their own')
    .addOption(new Option('--state <state>', 'those in this state').choices([...accountStates]))
    .option('--limit <count>', 'most users, 1 to 1000000', '1000');
  administratorCommand(list, 'entente user list --state disabled').action(run);
}

async function run(text: string | undefined, options: UserListOptions): Promise<void> {
  const { home, json, state } = options;
  const most = Number(options.limit);
  if (!Number.isInteger(most) || most < 1 || most > 1_000_000) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected a whole number from 1 to 1000000, found ${options.limit}`,
      place: 'option --limit',
      remedy: 'give a number in that range',
    });
  }
  const address = text === undefined ? undefined : readAddress(text).address;
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const filter = {
    ...(address === undefined ? {} : { address }),
    ...(home === undefined ? {} : { home }),
    ...(state === undefined ? {} : { state }),
  };
  // One more says whether there are more.
  const found = await listAccounts(connection, filter, most + 1);
  if (!found.ok) {
    giveRefusal(found.refusal, json);
    return;
  }
  const inForce = await versionInForce(connection, access);
  const document = inForce.ok ? inForce.signed?.document : undefined;
  // One address is asked for as it is: whether it has that home and state is found here.
  const users = found.accounts
    .filter((one) => (home ?? one.home) === one.home && (state ?? one.state) === one.state)
    .slice(0, most);
  const isCut = found.accounts.length > most;
  if (address !== undefined && users.length === 0) {
    const isOther = found.accounts.length > 0;
    giveRefusal(
      {
        reason: 'account-unknown',
        message: `there is no user ${address}${isOther ? ' with this home and state' : ''}`,
        remedy: isOther ? 'leave out --home and --state' : 'check the address with entente user list',
      },
      json,
    );
    return;
  }
  give(
    {
      json: { users, more: isCut },
      lines: users.length === 0 ? ['no user'] : rowsOf(users, document),
      next: isCut ? ['there are more: give --limit with a larger number'] : [],
    },
    json,
  );
}

/** @param document - in force; where there is none, the domains are not known */
function rowsOf(users: readonly ListedAccount[], document: TopologyDocument | undefined): readonly string[] {
  return table([
    ['user', 'state', 'home', 'number', 'digests', 'rights'],
    ...users.map(({ address, algorithms, home, number, rights, state }) => [
      address,
      state,
      homeText(document, address, home),
      number ?? 'none',
      algorithms.join(' ') || 'none',
      rights.join(' ') || 'none',
    ]),
  ]);
}

function homeText(
  document: TopologyDocument | undefined,
  address: string,
  ofAccount: string | undefined,
): string {
  if (document === undefined) return ofAccount ?? 'pool of the domain';
  const found = homeOfUser(document, address, ofAccount);
  if (found === undefined) return 'none: the domain has no pool';
  if (found.says === 'domain') return 'pool of the domain';
  return found.says === 'topology' ? `${found.home} (topology)` : found.home;
}
