import { type DnsView, dnsPlan, zoneFile } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import { type Command, Option } from 'commander';
import { give, printLines, table } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface DnsOptions {
  readonly view?: DnsView;
  readonly zone?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology dns`: the records that the topology needs.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('dns')
    .summary('list the DNS records that the topology needs')
    .description(
      'Lists the records for internal and external resolvers; with --zone, as lines of a zone file. An address that the topology does not have is to be filled in.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .addOption(
      new Option('--view <view>', 'for which resolvers; default both').choices(['internal', 'external']),
    )
    .option('--zone', 'write lines of a zone file')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology dns --view external --zone')
    .action(dns);
}

async function dns(file: string, given: DnsOptions): Promise<void> {
  const topology = await requireTopology(file);
  const records = dnsPlan(topology).filter(
    (record) => given.view === undefined || record.view === given.view,
  );
  if (given.zone === true && given.json !== true) {
    printLines(zoneFile(records).trimEnd().split('\n'));
    return;
  }
  const rows = records.map(({ data, missing, name, purpose, type, view }) => [
    view,
    name,
    missing === true ? 'A/AAAA' : type,
    data,
    purpose,
  ]);
  const toFillIn = records.filter(({ missing }) => missing === true).length;
  give(
    {
      json: { file, records },
      lines: table([['view', 'name', 'type', 'data', 'for'], ...rows]),
      next: [
        ...(toFillIn === 0
          ? []
          : [
              `fill in ${toFillIn} address${toFillIn === 1 ? '' : 'es'}, or give each server its "address" in ${file}`,
            ]),
        `for the zone file of your DNS server: entente topology dns ${shellWord(file)} --view external --zone`,
      ],
    },
    given.json,
  );
}
