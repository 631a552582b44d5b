import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { firstCertificate, isOfOthers } from '../authority/first-certificate.ts';
import { joiningConfiguration } from '../authority/joining-configuration.ts';
import { sendCommand } from '../authority/send-command.ts';
import { readDuration } from '../read-duration.ts';
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
      'Requests a token from the authority for one server of the published topology. The token works once and carries the fingerprint of the root. With --config, writes the configuration of the server with the token in it; with --replace as well, one that is there gets the token, and all else in it stays.',
    )
    .argument('<server>', 'FQDN of the server')
    .option(
      '--lifetime <duration>',
      'until the token expires, 1s to 1h, e.g. 10m; a number alone counts seconds',
      '1h',
    )
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
    'for a server that joins again: its certificates are revoked once the token has been used',
  );
  administratorCommand(command, 'entente join-token fe1.contoso.example --config fe1.yaml').action(run);
}

async function run(server: string, options: JoinTokenOptions): Promise<void> {
  const lifetimeSeconds =
    readDuration(options.lifetime, { option: '--lifetime', from: '1s', to: '1h' }) / 1_000;
  const { config, directory, replace = false, users } = options;
  // Read before the token is requested: one that cannot be stored would be lost.
  const file =
    config === undefined
      ? undefined
      : await joiningConfiguration({ server, config, directory, users }, replace);
  const command = {
    path: '/join-tokens',
    mediaType: 'application/json',
    body: JSON.stringify({
      server,
      lifetimeSeconds,
      ...(replace ? { replace: true } : {}),
    }),
  };
  await sendCommand(command, options, async (answer) => {
    const token = String(answer.token);
    const until = new Date(Number(answer.notAfter)).toISOString();
    if (config === undefined || file === undefined) {
      return {
        json: { server, token, notAfter: until },
        lines: [token],
        ifLost: 'nobody has seen the token, which expires: run the same command again',
        next: [
          ...ofOthers(server, String(answer.role)),
          `put the token into the configuration of ${server} as join: { token: … }, and start the server before ${until}`,
        ],
      };
    }
    await file.write(token, await accessOf(options));
    return {
      json: { server, config, notAfter: until },
      lines: [
        `${file.isThere ? `put a new token into ${config}` : `wrote ${config}`}; its token is valid until ${until}`,
      ],
      next: [
        ...ofOthers(server, String(answer.role)),
        ...(file.joinedFrom === undefined
          ? []
          : [
              `move ${file.joinedFrom} aside: while it is there, the server has joined, and looks at no token`,
            ]),
        ...(users === undefined || (await exists(users))
          ? []
          : [`create ${users}: entente user add <user@domain> --file ${shellWord(users)} --generate`]),
        `start ${server} before ${until}: ${startOf(String(answer.role), config)}`,
      ],
    };
  });
}

/** A token is of use to a program alone that was written with our library. */
function ofOthers(server: string, role: string): readonly string[] {
  if (!isOfOthers(role)) return [];
  return [
    `a ${role} such as Kamailio or nginx takes no token: make a key and a request on its machine, then ${firstCertificate(server, role)}; the token is for a program of your own that joins`,
  ];
}

/** How a server of a role is started. */
function startOf(role: string, config: string): string {
  const program = programs.get(role);
  if (program !== undefined) return `${program} --config ${shellWord(config)}`;
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
