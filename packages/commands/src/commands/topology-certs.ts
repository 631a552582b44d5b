import { OperatorFault } from '@entente/host';
import { certificatePlan } from '@entente/topology-planning';
import type { Command } from 'commander';
import { give } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface CertsOptions {
  readonly for?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology certs`: which names belong into which certificate.
 * @param program the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('certs')
    .summary('list the names of every certificate that the topology needs')
    .description(
      'Lists each server’s certificates with their names, which the authority issues and no others.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--for <fqdn>', 'of one server only, by its own or its external name')
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
      sentence: `expected a server of ${file}, found ${given.for}`,
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
      ? 'order those from the public CA and name them in edge.yaml as external; servers get the others when they join: entente join-token <server> …'
      : 'servers get theirs when they join: entente join-token <server> --config <file> --as ca/administrators/<you>.yaml',
  ];
  give({ json: { file, certificates }, lines, next }, given.json);
}
