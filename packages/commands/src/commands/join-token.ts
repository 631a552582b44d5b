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
import { giveOrder } from '../authority/give-order.ts';
import { exists } from '../topology/read-topology.ts';

interface JoinTokenOptions extends AdministratorOptions {
  readonly lifetime: string;
  readonly config?: string;
  readonly users?: string;
}

/**
 * Adds `entente join-token`: what a server needs to join, once.
 * @param program the command line
 */
export function register(program: Command): void {
  const command = program
    .command('join-token')
    .summary('get the token with which a server joins')
    .description(
      'Asks the authority for a token for one server of the published topology. It is used once and says by which root the authority is believed. With --config, the configuration of the server is written with the token in it.',
    )
    .argument('<server>', 'FQDN of the server')
    .option('--lifetime <seconds>', '1 to 3600', '3600')
    .option('--config <file>', 'write the server’s configuration here; its files go beside it')
    .option('--users <file>', 'users.yaml of a front end, for the configuration');
  administratorCommand(
    command,
    'entente join-token fe1.contoso.example --config fe1.yaml --users users.yaml',
  ).action(run);
}

async function run(server: string, options: JoinTokenOptions): Promise<void> {
  const lifetimeSeconds = Number(options.lifetime);
  if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > 3_600) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected whole seconds from 1 to 3600, found ${options.lifetime}`,
      place: 'option --lifetime',
      remedy: 'give a number in that range',
    });
  }
  const { config } = options;
  // Asked before the order: a token that cannot be kept would be lost.
  if (config !== undefined && (await exists(config))) {
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the file exists, and a configuration is not replaced',
      place: config,
      remedy: 'remove it first, or name another file',
    });
  }
  const order = {
    path: '/join-tokens',
    mediaType: 'application/json',
    body: JSON.stringify({ server, lifetimeSeconds }),
  };
  await giveOrder(order, options, async (answer) => {
    const token = String(answer.token);
    const until = new Date(Number(answer.notAfter)).toISOString();
    if (config === undefined) {
      return {
        json: { server, token, notAfter: until },
        lines: [token],
        next: [`put it into the configuration of ${server} as join: { token: … }, before ${until}`],
      };
    }
    const text = configurationOf(server, token, config, options.users, await accessOf(options));
    await writeWhole(config, text, secretMode);
    return {
      json: { server, config, notAfter: until },
      lines: [`wrote ${config}, with a token that is good until ${until}`],
      next: [`start ${server}, before ${until}: ${programOf(String(answer.role))} --config ${config}`],
    };
  });
}

/** The program that runs a server of a role. */
function programOf(role: string): string {
  if (role === 'front-end') return 'entente-pool-server';
  if (role === 'edge') return 'entente-edge-server';
  return 'your program that joins as a member, with';
}

function configurationOf(
  server: string,
  token: string,
  config: string,
  usersFile: string | undefined,
  { address, authority }: AdministratorAccess,
): string {
  const addresses = readAddresses(address, new URL(authority).hostname);
  const users = usersFile === undefined ? undefined : relative(dirname(resolve(config)), resolve(usersFile));
  return stringify(
    {
      fqdn: server,
      directory: server,
      join: { token },
      ...(users === undefined ? {} : { users }),
      ...(addresses.size === 0 ? {} : { addresses: Object.fromEntries(addresses) }),
    },
    { lineWidth: 0 },
  );
}
