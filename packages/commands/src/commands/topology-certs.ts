import { OperatorFault } from '@entente/host';
import { certificatePlan } from '@entente/topology-planning';
import type { Command } from 'commander';
import { isOfOthers } from '../authority/first-certificate.ts';
import { give } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface CertsOptions {
  readonly for?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology certs`: which certificate carries which names.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('certs')
    .summary('list the names of every certificate that the topology needs')
    .description(
      'Lists the certificates of each server with their names. The authority issues these names and no others.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--for <fqdn>', 'only this server, by its own or its external name')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology certs --for fe1.contoso.example')
    .action(certs);
}

async function certs(file: string, given: CertsOptions): Promise<void> {
  const topology = await requireTopology(file);
  const certificates = certificatePlan(topology).filter(
    ({ server, commonName }) => given.for === undefined || given.for === server || given.for === commonName,
  );
  if (given.for !== undefined && certificates.length === 0) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `${file} has no server ${given.for}`,
      place: 'option --for',
      remedy: 'correct the name, or add the server with entente topology add server',
    });
  }
  const lines = certificates.flatMap((certificate) => [
    `${certificate.server} (${certificate.role}), ${certificate.interface} interface, from ${certificate.issuer === 'public' ? 'a public CA' : 'our own CA'}`,
    ...certificate.dnsNames.map((name) => `  DNS:${name}`),
    ...certificate.uris.map((uri) => `  URI:${uri}`),
  ]);
  const next = [
    certificates.some(({ issuer }) => issuer === 'public')
      ? 'get the public ones from your CA and name them in edge.yaml under external; servers receive the others when they join: entente join-token <server> …'
      : 'servers receive them when they join: entente join-token <server> --config <file> --as ca/administrators/<you>.yaml',
    ...(certificates.some(({ role }) => isOfOthers(role))
      ? [
          'a gateway or a reverse proxy cannot join: entente cert issue --csr <file> --server <server> --as ca/administrators/<you>.yaml',
        ]
      : []),
  ];
  give({ json: { file, certificates }, lines, next }, given.json);
}
