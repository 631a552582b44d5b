import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { giveOrder } from '../authority/give-order.ts';
import { readSigned, readText } from '../topology/read-topology.ts';
import { topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology publish`: hands a signed topology to the authority.
 * @param program the command line
 */
export function register(program: Command): void {
  const publish = topologyCommand(program)
    .command('publish')
    .summary('hand the signed topology to the authority, and so to every member')
    .description(
      'Publishes what entente topology sign wrote. The authority judges the signatures itself and hands the version to every member. Exit status 1: refused.',
    )
    .argument('[file]', 'the signed topology', 'topology.signed.json');
  administratorCommand(publish, 'entente topology publish topology.signed.json').action(run);
}

async function run(file: string, options: AdministratorOptions): Promise<void> {
  const { document } = await readSigned(file);
  const order = {
    path: '/topology',
    mediaType: 'application/jose+json',
    body: await readText(file),
  };
  await giveOrder(order, options, ({ version, hash, effect, signers }) => ({
    json: { file, version, hash, effect, signers },
    lines: [
      `version ${version} of ${document.network} is in force; effect: ${effect}`,
      `signed by ${Array.isArray(signers) ? signers.join(', ') : ''}`,
    ],
    next: [
      'running members take it up by themselves',
      'a new server: entente join-token <server> --config <server>.yaml --as ca/administrators/<you>.yaml',
    ],
  }));
}
