import { OperatorFault } from '@entente/host';
import { type Command, Option } from 'commander';
import { give } from '../topology/answer.ts';
import { editTopology, indexOfEntry } from '../topology/edit-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

/** Kinds of entries: their list, and the field that names an entry. */
const kinds = {
  server: ['servers', 'fqdn'],
  pool: ['pools', 'fqdn'],
  store: ['stores', 'fqdn'],
  site: ['sites', 'id'],
  domain: ['domains', 'name'],
  partner: ['partners', 'id'],
  provider: ['providers', 'id'],
  user: ['users', ''],
} as const;

type Kind = keyof typeof kinds;

interface RemoveOptions {
  readonly kind: Kind;
  readonly file: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology remove`: removes an entry.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('remove')
    .summary('remove a server, pool, partner, user …')
    .description('Removes an entry. Most removals only narrow, so one administrator’s signature is enough.')
    .argument('<name>', 'FQDN, id, domain or address of the entry')
    .addOption(new Option('--kind <kind>', 'kind of the entry').choices(Object.keys(kinds)).default('server'))
    .option('--file <path>', 'the topology', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology remove fe2.contoso.example')
    .action(remove);
}

async function remove(name: string, given: RemoveOptions): Promise<void> {
  const { file } = given;
  const [list, key] = kinds[given.kind];
  const edited = await editTopology(file, (document) => {
    if (given.kind !== 'user') document.deleteIn([list, indexOfEntry(document, list, key, name)]);
    else if (!document.deleteIn([list, name])) {
      throw new OperatorFault('ENTENTE_USAGE', {
        sentence: `the topology has no user ${name}`,
        place: 'argument <name>',
        remedy: 'correct the address; give it without scheme, like alice@contoso.example',
      });
    }
    // An empty list has no meaning, and an empty list of pools is not valid.
    const left = document.toJS()[list] as object | undefined;
    if (list !== 'servers' && list !== 'domains' && left !== undefined && Object.keys(left).length === 0)
      document.delete(list);
  });
  const open = edited.open.map(({ code, message, remedy }) => ({ code, message, remedy }));
  give(
    {
      json: { removed: name, kind: given.kind, file, open },
      lines: [
        `removed the ${given.kind} ${name} from ${file}`,
        ...open.map((problem) => `still missing: ${problem.message}`),
      ],
      next: [
        ...open.map((problem) => problem.remedy),
        `entente topology diff ${file}`,
        `entente topology sign ${file} --key <your key>`,
      ],
    },
    given.json,
  );
}
