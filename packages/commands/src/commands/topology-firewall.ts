import { links } from '@entente/topology';
import { type FirewallOpening, firewallPlan } from '@entente/topology-planning';
import type { Command } from 'commander';
import { give, table } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology firewall`: what the two firewalls must allow.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('firewall')
    .summary('list what the two firewalls must allow')
    .description(
      'Lists the connections that the firewalls must allow between outside, perimeter and inside. No others are needed.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology firewall')
    .action(async (file: string, given: { readonly json?: boolean }) => {
      const openings = firewallPlan(await requireTopology(file));
      const rows = openings.map((opening) => [
        `${opening.from} → ${opening.to}`,
        opening.sources.length > 3 ? `${opening.sources.length} servers` : opening.sources.join(', '),
        `${opening.destination}${opening.address === undefined ? '' : ` (${opening.address})`}`,
        opening.udp === true ? `${opening.port}, also UDP` : String(opening.port),
        opening.row === undefined ? '' : String(opening.row),
        opening.purpose,
      ]);
      const lines = [...table([['between', 'from', 'to', 'TCP port', 'row', 'for'], ...rows])];
      lines.push(...perimeterNotes(openings));
      const next = [
        'allow these and nothing else; from outside, entente explain <host:port> shows what answers',
      ];
      give({ json: { file, openings }, lines, next }, given.json);
    });
}

/** An edge that has joined needs one of two ways to the authority, and the firewall may be spared the other. */
function perimeterNotes(openings: readonly FirewallOpening[]): readonly string[] {
  const asks = openings.some(({ from, row }) => from === 'perimeter' && row === links.memberToAuthority.row);
  const isPushedTo = openings.filter(({ row }) => row === links.authorityToEdge.row);
  const asking = new Set(
    openings.flatMap(({ row, sources }) => (row === links.memberToAuthority.row ? sources : [])),
  );
  const silent = isPushedTo.filter(({ destination }) => !asking.has(destination));
  const [ask, push] = [links.memberToAuthority.row, links.authorityToEdge.row];
  return [
    ...(asks && isPushedTo.length > 0
      ? [
          '',
          `An edge that has joined needs one of rows ${ask} and ${push} alone. To let nothing in from the perimeter to the authority, close row ${ask}`,
          `for the edge: entente topology add link ${ask} --a <edge> --closed. Row ${push} then carries its renewals too.`,
        ]
      : []),
    ...(silent.length > 0
      ? [
          '',
          `Row ${ask} is closed for ${silent.map(({ destination }) => destination).join(', ')}. For an edge that joins, or joins again because its`,
          `certificate has expired, open it in the firewall and in the topology: entente topology remove ${ask} --kind link.`,
        ]
      : []),
  ];
}
