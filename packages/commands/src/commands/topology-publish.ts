import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { readSigned, readSignedIfThere, readText } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';
import { topologyCommand } from '../topology/topology-command.ts';
import { effectText } from './topology-diff.ts';

/**
 * Adds `entente topology publish`: sends a signed topology to the authority.
 * @param program - the command line
 */
export function register(program: Command): void {
  const publish = topologyCommand(program)
    .command('publish')
    .summary('publish the signed topology to every member')
    .description(
      'Sends what entente topology sign wrote to the authority, which checks the signatures and distributes the version to every member. Exit status 1: refused.',
    )
    .argument('[file]', 'the signed topology', 'topology.signed.json');
  administratorCommand(publish, 'entente topology publish topology.signed.json').action(run);
}

async function run(file: string, options: AdministratorOptions): Promise<void> {
  const { document } = await readSigned(file);
  const waiting = await readSignedIfThere(signedFilesOf(file).pending);
  const command = {
    path: '/topology',
    mediaType: 'application/jose+json',
    body: await readText(file),
  };
  await sendCommand(command, options, ({ version, hash, effect, signers }) => ({
    json: { file, version, hash, effect, signers },
    lines: [
      effect === 'chain'
        ? `version ${version} of ${document.network} was in force before; nothing has changed`
        : `version ${version} of ${document.network} is in force: ${effectText(String(effect))}`,
      `signed by ${Array.isArray(signers) ? signers.join(', ') : ''}`,
    ],
    next: [
      ...(waiting !== undefined && waiting.document.version > document.version
        ? [
            `version ${waiting.document.version} is not published: it needs more signatures, with entente topology approve`,
          ]
        : []),
      'running members pick it up themselves',
      'for a new server: entente join-token <server> --config <server>.yaml --as ca/administrators/<you>.yaml',
    ],
  }));
}
