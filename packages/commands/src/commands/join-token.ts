import { dirname, relative, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import { secretMode, writeWhole } from '@entente/pki/node';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { readAddresses } from '../authority/addresses.ts';
import {
  type AdministratorAccess,
  type AdministratorOptions,
  accessOf,
} from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { exists } from '../topology/read-topology.ts';

interface JoinTokenOptions extends AdministratorOptions {
  readonly lifetime: string;
  readonly config?: string;
  readonly directory?: string;
  readonly users?: string;
  readonly replace?: boolean;
}

/**
 * Adds `entente join-token`: the token that a server needs to join, once.
 * @param program - the command line
 */
export function register(program: Command): void {
  const command = program
    .command('join-token')
    .summary('create the token that a server needs to join')
    .description(
      'Requests a token from the authority for one server of the published topology. The token works once and carries the fingerprint of the root. With --config, writes the configuration of the server with the token in it.',
    )
    .argument('<server>', 'FQDN of the server')
    .option('--lifetime <seconds>', 'seconds until the token expires, 1 to 3600', '3600')
    .option('--config <file>', 'file for the configuration of the server; its other files go beside it')
    .option(
      '--directory <path>',
      'folder on its machine where the server keeps its key, for the configuration; default one beside it with the name of the server',
    )
    .option(
      '--users <file>',
      'users.yaml of a front end, for the configuration; default none: the users are the accounts of the authority',
    );
  command.option(
    '--replace',
    'for a server that has certificates: they are revoked once the token has been used',
  );
  administratorCommand(command, 'entente join-token fe1.contoso.example --config fe1.yaml').action(run);
}

async function run(server: string, options: JoinTokenOptions): Promise<void> {
  const lifetimeSeconds = Number(options.lifetime);
  if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > 3_600) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected whole seconds from 1 to 3600, found ${options.lifetime}`,
      place: 'option --lifetime',
      remedy: 'give a whole number of seconds in that range',
    });
  }
  const { config } = options;
  // Checked before the token is requested: one that cannot be stored would be lost.
  if (config !== undefined && (await exists(config))) {
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the file exists and is not overwritten',
      place: config,
      remedy: 'remove it first, or name another file',
    });
  }
  const command = {
    path: '/join-tokens',
    mediaType: 'application/json',
    body: JSON.stringify({
      server,
      lifetimeSeconds,
      ...(options.replace === true ? { replace: true } : {}),
    }),
  };
  await sendCommand(command, options, async (answer) => {
    const token = String(answer.token);
    const until = new Date(Number(answer.notAfter)).toISOString();
    if (config === undefined) {
      return {
        json: { server, token, notAfter: until },
        lines: [token],
        next: [
          `put the token into the configuration of ${server} as join: { token: … }, and start the server before ${until}`,
        ],
      };
    }
    const { directory = server, users } = options;
    const text = configurationOf({ server, directory, token, config, users }, await accessOf(options));
    await writeWhole(config, text, secretMode);
    return {
      json: { server, config, notAfter: until },
      lines: [`wrote ${config}; its token is valid until ${until}`],
      next: [
        ...(users === undefined || (await exists(users))
          ? []
          : [`create ${users}: entente user add <user@domain> --file ${users} --generate`]),
        `start ${server} before ${until}: ${startOf(String(answer.role), config)}`,
      ],
    };
  });
}

/** How a server of a role is started. */
function startOf(role: string, config: string): string {
  const program = programs.get(role);
  if (program !== undefined) return `${program} --config ${config}`;
  const own = `your own program, which joins with ${config}`;
  return role === 'trusted-application' ? `${own}; entente-chat-room-server, for chat rooms` : own;
}

/** The programs that serve one role each, or several. */
const programs = new Map([
  ['front-end', 'entente-pool-server'],
  ['director', 'entente-pool-server'],
  ['mediation', 'entente-pool-server'],
  ['web-services', 'entente-pool-server'],
  ['edge', 'entente-edge-server'],
]);

interface Configured {
  readonly server: string;
  readonly directory: string;
  readonly token: string;
  readonly config: string;
  readonly users: string | undefined;
}

function configurationOf(
  { config, directory, server, token, users: usersFile }: Configured,
  { address, authority }: AdministratorAccess,
): string {
  const addresses = readAddresses(address, new URL(authority).hostname);
  const users = usersFile === undefined ? undefined : relative(dirname(resolve(config)), resolve(usersFile));
  return stringify(
    {
      fqdn: server,
      directory,
      join: { token },
      ...(users === undefined ? {} : { users }),
      ...(addresses.size === 0 ? {} : { addresses: Object.fromEntries(addresses) }),
    },
    { lineWidth: 0 },
  );
}
