import { links } from '@entente/topology';
import { firewallPlan } from '@entente/topology-planning';
import type { Command } from 'commander';
import { give, table } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

/** The authority looks whether who asks for a certificate by ACME holds the name: over HTTP, on port 80 (RFC 8555 §8.3). */
const validationRow = links.authorityToMember.row;

/**
 * Adds `entente topology firewall`: what the two firewalls let through.
 * @param program the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('firewall')
    .summary('list the openings of the two firewalls')
    .description('Lists what must pass between outside, perimeter and inside. Nothing else must.')
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology firewall')
    .action(async (file: string, given: { readonly json?: boolean }) => {
      const openings = firewallPlan(await requireTopology(file));
      const rows = openings.map((opening) => [
        `${opening.from} → ${opening.to}`,
        opening.sources.length > 3 ? `${opening.sources.length} servers` : opening.sources.join(', '),
        `${opening.destination}${opening.address === undefined ? '' : ` (${opening.address})`}`,
        String(opening.port),
        opening.row === undefined ? '' : String(opening.row),
        opening.purpose,
      ]);
      const lines = [...table([['between', 'from', 'to', 'TCP port', 'row', 'for'], ...rows])];
      if (openings.some(({ port, row }) => row === validationRow && port === 80)) {
        lines.push(
          '',
          `Row ${validationRow}: only while a server asks for a certificate by ACME. Its validation goes to port 80 (RFC 8555 section 8.3),`,
          'whatever the other ports are. A server that joins with a token does not need it.',
        );
      }
      const next = [
        'open these and nothing else; entente explain <host:port> shows from outside what answers',
      ];
      give({ json: { file, openings }, lines, next }, given.json);
    });
}
