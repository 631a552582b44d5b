import { resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import { certifyOutside } from '@entente/pki/node';
import { links, outsideObjectUrls } from '@entente/topology';
import type { Command } from 'commander';
import { give } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile } from '../topology/topology-command.ts';

interface CaOutsideOptions {
  readonly directory: string;
  readonly topology: string;
  readonly json?: boolean;
}

/**
 * Adds `entente ca outside`: certifies the issuing authority again for outsiders, after edges have come or moved.
 * @param program the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = program.commands.find((command) => command.name() === 'ca') ?? program.command('ca');
  ca.command('outside')
    .summary('tell outsiders where the edges publish revocation lists')
    .description(
      'Certifies the issuing authority once more, for chains that outsiders see: same key, with the addresses at which the edges of the topology serve revocation lists. Needs the key of the root. The ceremony has done it where the topology had edges then.',
    )
    .requiredOption('--directory <path>', 'where the authority is, with the key of the root')
    .option('--topology <file>', 'topology.yaml with the edges', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca outside --directory ./ca --topology topology.yaml')
    .action(certify);
}

async function certify({ directory, json, topology: file }: CaOutsideOptions): Promise<void> {
  const objectsUrls = outsideObjectUrls(await requireTopology(file));
  if (objectsUrls.length === 0) {
    throw new OperatorFault('ENTENTE_NO_EDGE', {
      sentence: 'no edge of the topology serves revocation lists to outsiders',
      place: file,
      remedy: `add an edge with an external interface, and do not close row ${links.outsiderToEdge.row} for it`,
    });
  }
  const certificate = await certifyOutside({ directory: resolve(directory), objectsUrls });
  give(
    {
      json: { certificate, objectsUrls },
      lines: [
        'The issuing authority is certified for outsiders.',
        '',
        `  certificate     ${certificate}`,
        ...objectsUrls.map((url) => `  lists at        ${url}`),
      ],
      next: [
        'put the key of the root away again',
        'start the authority again, then the edges: each asks for the new chain',
      ],
    },
    json,
  );
}
