import { accountRights } from '@entente/accounts';
import { OperatorFault } from '@entente/host';
import { shellWord } from '@entente/trust';
import { type Command, Option } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { versionInForce } from '../authority/version-in-force.ts';
import { give } from '../topology/answer.ts';
import { digestsOf, inForceSoon, lostPassword, readAddress } from '../users/account-command.ts';
import { inOtherCase, usersInOtherCase } from '../users/address-case.ts';
import { homeOfUser, withoutHome } from '../users/home-of-user.ts';
import { algorithmOf, type PasswordOptions, passwordOptions, readPassword } from '../users/read-password.ts';
import { userCommand } from '../users/user-command.ts';
import { writeUser } from '../users/users-file.ts';

interface UserAddOptions extends AdministratorOptions, PasswordOptions {
  readonly home?: string;
  readonly right?: readonly string[];
  readonly file?: string;
  readonly replace?: boolean;
}

/**
 * Adds `entente user add`.
 * @param program - the command line
 */
export function register(program: Command): void {
  const add = userCommand(program)
    .command('add')
    .summary('add a user')
    .description(
      'Asks for a password, twice at a terminal, or reads it from a file or from the first line of standard input, and sends its digest H(A1) (RFC 7616 §3.4.2) to the authority, which keeps the account. The password itself is neither sent nor stored. With --file it goes into the users file of front ends that have one instead. Exit status 1: refused.',
    )
    .argument('<address>', 'alice@contoso.example')
    .option('--home <fqdn>', 'pool or front end where the user is at home; default the pool of the domain')
    .addOption(
      new Option('--right <right...>', 'what the user may do beside that').choices([...accountRights]),
    );
  passwordOptions(add)
    .option('--file <path>', 'users.yaml of front ends, for a network without accounts')
    .option('--replace', 'with --file: set a new password for a user that it has');
  administratorCommand(add, 'entente user add alice@contoso.example --generate').action(run);
}

async function run(text: string, options: UserAddOptions): Promise<void> {
  const { address, domain: realm, username } = readAddress(text);
  if (options.file !== undefined) return toFile(options.file, { address, realm, username }, options);
  if (options.replace === true) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected --replace with --file alone',
      place: 'option --replace',
      remedy: 'set another password with entente user passwd',
    });
  }
  const { isGenerated, password } = await readPassword(address, options);
  const { home, right: rights = [] } = options;
  const verifiers = digestsOf(address, password, algorithmOf(options));
  const account = { address, verifiers, ...(home === undefined ? {} : { home }), rights };
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  // Before the account is added: what fails later would look as if the user had not been added.
  const inForce = await versionInForce(connection, access);
  const similar = await usersInOtherCase(connection, address);
  if (!similar.ok) {
    giveRefusal(similar.refusal, options.json);
    return;
  }
  const outcome = await connection.send(
    '/accounts',
    'application/json',
    JSON.stringify({ accounts: [account] }),
  );
  if (!outcome.ok) {
    giveRefusal(outcome.refusal, options.json);
    return;
  }
  const document = inForce.ok ? inForce.signed?.document : undefined;
  const isAtHome = document === undefined || homeOfUser(document, address, home) !== undefined;
  const { line, next } = withoutHome(address);
  const differsInCase = similar.accounts.map((one) => one.address);
  const other = inOtherCase({ address, others: differsInCase });
  give(
    {
      json: {
        user: address,
        added: true,
        ...(isAtHome ? {} : { home: null }),
        ...(differsInCase.length === 0 ? {} : { differsInCase }),
        ...(isGenerated ? { password } : {}),
      },
      lines: [
        `added ${address}`,
        ...(isGenerated ? [`password (shown only once): ${password}`] : []),
        ...(isAtHome ? [] : [line]),
        ...other.lines,
      ],
      ifLost: isGenerated ? lostPassword(address) : undefined,
      next: [...(isAtHome ? [] : next), ...other.next, inForceSoon],
    },
    options.json,
  );
}

async function toFile(
  file: string,
  user: { readonly address: string; readonly username: string; readonly realm: string },
  options: UserAddOptions,
): Promise<void> {
  const { address } = user;
  const algorithm = algorithmOf(options);
  let generated: string | undefined;
  const ask = async (): Promise<string> => {
    const { isGenerated, password } = await readPassword(address, options);
    if (isGenerated) generated = password;
    return password;
  };
  const { differsInCase, replaced } = await writeUser(file, user, options.replace === true, ask, algorithm);
  const other = inOtherCase({ address, others: differsInCase });
  give(
    {
      json: {
        user: address,
        file,
        algorithm,
        replaced,
        ...(differsInCase.length === 0 ? {} : { differsInCase }),
        ...(generated === undefined ? {} : { password: generated }),
      },
      lines: [
        `wrote the ${algorithm} digest of ${address} to ${file}`,
        ...(generated === undefined ? [] : [`password (shown only once): ${generated}`]),
        ...other.lines,
      ],
      ifLost:
        generated === undefined
          ? undefined
          : `${address} is in ${file} with a password that nobody has seen: run the same command again with --replace`,
      next: [
        `if the user is not at home in the pool of the domain: entente topology add user ${shellWord(address)} --home <front end>`,
        `send SIGHUP to the front end, or restart it: it reads ${file} then`,
      ],
    },
    options.json,
  );
}
