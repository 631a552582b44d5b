import { join, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import { certifyOutside } from '@entente/pki/node';
import { links, outsideObjectUrls } from '@entente/topology';
import type { Command } from 'commander';
import { authorityToChange } from '../authority/refuse-while-authority-runs.ts';
import { groupCommand } from '../group-command.ts';
import { give } from '../topology/answer.ts';
import { exists, requireTopology } from '../topology/read-topology.ts';
import { defaultFile } from '../topology/topology-command.ts';

interface CaOutsideOptions {
  readonly directory: string;
  readonly topology: string;
  readonly json?: boolean;
}

/**
 * Adds `entente ca outside`: certifies the issuing authority again for peers outside, after edges were added or moved.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = groupCommand(program, 'ca');
  ca.command('outside')
    .summary('certify the issuing authority for peers outside the domain')
    .description(
      'Issues a second certificate for the issuing authority, with the same key and the addresses at which the edges publish revocation lists. Peers outside the domain receive chains with it. Needs the root key in the folder of the authority; where it is elsewhere, the running authority asks for the certificate with root-request.json, and entente ca root sign issues it. entente ca init does the same where the topology already has edges.',
    )
    .requiredOption('--directory <path>', 'folder of the authority, with the root key')
    .option('--topology <file>', 'topology.yaml with the edges', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca outside --directory ./ca --topology topology.yaml')
    .action(certify);
}

async function certify({ directory, json, topology: file }: CaOutsideOptions): Promise<void> {
  const objectsUrls = outsideObjectUrls(await requireTopology(file));
  if (objectsUrls.length === 0) {
    throw new OperatorFault('ENTENTE_NO_EDGE', {
      sentence: 'no edge of the topology publishes revocation lists outside the domain',
      place: file,
      remedy: `add an edge with entente topology add server <fqdn> --role edge --external-fqdn <name>, and do not close row ${links.outsiderToEdge.row} for it`,
    });
  }
  // The configuration may be elsewhere, and this command needs none.
  const config = join(resolve(directory), 'authority.yaml');
  if (await exists(config)) await authorityToChange(config);
  const certificate = await certifyOutside({ directory: resolve(directory), objectsUrls });
  give(
    {
      json: { certificate, objectsUrls },
      lines: [
        'Issuing authority certified for peers outside the domain.',
        '',
        `  certificate     ${certificate}`,
        ...objectsUrls.map((url) => `  lists at        ${url}`),
      ],
      next: [
        'move the root key back to storage that no network reaches',
        'restart the authority, then the edges: each requests the new chain',
      ],
    },
    json,
  );
}
