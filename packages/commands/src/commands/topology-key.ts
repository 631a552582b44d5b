import { join } from 'node:path';
import type { Command } from 'commander';
import { makeAdministratorKey } from '../topology/administrator-key.ts';
import { give } from '../topology/answer.ts';
import { topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology key`: a key of one's own for a new administrator.
 * @param program the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('key')
    .summary('make a key to sign topologies with')
    .description(
      'Makes <id>.key, which stays with its administrator, and <id>.pub, which goes into the topology.',
    )
    .argument('<id>', 'the administrator, e.g. bob')
    .option('--directory <path>', 'where the files go', '.')
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
          lines: [`made ${files.privateKey} and ${files.publicKey}`],
          next: [`entente topology add administrator ${id} --public-key ${files.publicKey}`],
        },
        given.json,
      );
    });
}
