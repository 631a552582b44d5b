import { join } from 'node:path';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { makeAdministratorKey } from '../topology/administrator-key.ts';
import { give } from '../topology/answer.ts';
import { topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology key`: a signing key for a new administrator.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('key')
    .summary('create a key for signing topologies')
    .description(
      'Creates <id>.key, which only the administrator keeps, and <id>.pub, which goes into the topology.',
    )
    .argument('<id>', 'the administrator, e.g. bob')
    .option('--directory <path>', 'folder for the files', '.')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology key bob --directory ~/entente')
    .action(async (id: string, given: { readonly directory: string; readonly json?: boolean }) => {
      const files = {
        privateKey: join(given.directory, `${id}.key`),
        publicKey: join(given.directory, `${id}.pub`),
      };
      await makeAdministratorKey(files);
      give(
        {
          json: files,
          lines: [`created ${files.privateKey} and ${files.publicKey}`],
          next: [
            'choose how many must sign so that a key may be lost: with 2 of 2 one lost key ends all changes but narrowing ones, with 2 of 3 the other two replace it',
            `entente topology add administrator ${id} --public-key ${shellWord(files.publicKey)}`,
          ],
        },
        given.json,
      );
    });
}
