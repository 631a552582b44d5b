import { OperatorFault } from '@entente/host';
import type { Problem } from '@entente/topology';
import { shellWord } from '@entente/trust';
import { type Command, Option } from 'commander';
import { type Document, isCollection, isMap, isScalar, isSeq } from 'yaml';
import { give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { editTopology, indexOfEntry, setField } from '../topology/edit-topology.ts';
import { openRow, type Sides } from '../topology/open-link-row.ts';
import { type Before, type StillNamed, stillNamed } from '../topology/removal-blocked.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

/** Kinds of entries: where their list is, and the field that names an entry. */
const kinds = {
  server: [['servers'], 'fqdn'],
  pool: [['pools'], 'fqdn'],
  store: [['stores'], 'fqdn'],
  site: [['sites'], 'id'],
  domain: [['domains'], 'name'],
  partner: [['partners'], 'id'],
  provider: [['providers'], 'id'],
  user: [['users'], ''],
  anchor: [['anchors', 'enterprise'], 'name'],
  'federation-anchor': [['anchors', 'federation'], 'name'],
  administrator: [['administrators', 'keys'], 'id'],
  link: [['links'], ''],
} as const;

/** Lists that must not be empty: the topology that has none is refused. */
const neverEmpty: ReadonlySet<string> = new Set(['servers', 'domains', 'administrators.keys']);

type Kind = keyof typeof kinds;

interface RemoveOptions {
  readonly kind: Kind;
  readonly file: string;
  readonly required?: string;
  readonly partner?: string;
  readonly a?: string;
  readonly b?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology remove`: removes an entry.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('remove')
    .summary('remove a server, pool, partner, user, administrator, or open a row again …')
    .description(
      'Asks, then removes an entry from the YAML. Most removals only narrow, so one administrator’s signature is enough. With --kind link, a row of the allow matrix that was narrowed is as before, which needs the quorum.',
    )
    .argument(
      '<name>',
      'FQDN, id, domain, address or name of the entry; with --kind link the number of the row',
    )
    .addOption(new Option('--kind <kind>', 'kind of the entry').choices(Object.keys(kinds)).default('server'))
    .option('--required <k>', 'with --kind administrator: signatures needed afterwards')
    .option('--partner <id>', 'with --kind anchor: a root that is trusted for this partner')
    .option('--a <names>', 'with --kind link: for these servers or pools on side A, separated by commas')
    .option('--b <names>', 'with --kind link: for these on side B')
    .option('--file <path>', 'the topology', defaultFile)
    .option(...yesOption)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology remove fe2.contoso.example')
    .action(remove);
}

async function remove(name: string, given: RemoveOptions): Promise<void> {
  const { file } = given;
  const sides = sidesOf(given);
  const [listed, key] = kinds[given.kind];
  refusePartner(given);
  const required = requiredOf(given);
  const edit = (document: Document): void => {
    const path = given.partner === undefined ? listed : anchorsOf(document, given.partner);
    if (given.partner === undefined) refuseOtherKind(document, name, given);
    if (given.kind === 'link') openRow(document, name, sides);
    else if (given.kind !== 'user') document.deleteIn([...path, indexOfEntry(document, path, key, name)]);
    else if (!document.deleteIn([...path, name])) {
      throw new OperatorFault('ENTENTE_USAGE', {
        sentence: `the topology has no user ${name}`,
        place: 'argument <name>',
        remedy: 'correct the address; give it without scheme, like alice@contoso.example',
      });
    }
    if (required !== undefined) setField(document, ['administrators', 'required'], required);
    // An empty list has no meaning, and an empty list of pools is not valid.
    if (neverEmpty.has(path.join('.'))) return;
    for (let depth = path.length; depth > 0; depth--) {
      const left = document.getIn(path.slice(0, depth));
      if (isCollection(left) && left.items.length === 0) document.deleteIn(path.slice(0, depth));
    }
  };
  const ofPartner = given.partner === undefined ? '' : ` of the partner ${given.partner}`;
  const what = `${ofWhat(given.kind, name, sides)}${ofPartner}`;
  const ask = () =>
    confirm(
      {
        lines: [
          ...(given.partner === undefined
            ? []
            : ['a partner without roots of its own is reached by the federation anchors']),
          given.kind === 'link'
            ? 'the row is as the allow matrix has it; this counts when the version is signed and published'
            : 'the entry and its comments are deleted; it counts when the version is signed and published',
        ],
        question: `remove ${what} from ${file}?`,
      },
      given.yes,
    );
  const edited = await editTopology(file, edit, ask, (added, before) =>
    given.kind === 'administrator'
      ? tooFewLeft(name, file, added, before)
      : stillNamed(name, file, added, before),
  );
  const open = edited.open.map(({ code, message, remedy }) => ({ code, message, remedy }));
  give(
    {
      json: { removed: name, kind: given.kind, file, open },
      lines: [`removed ${what} from ${file}`, ...open.map((problem) => `still missing: ${problem.message}`)],
      next: [
        ...open.map((problem) => problem.remedy),
        `entente topology diff ${shellWord(file)}`,
        `entente topology sign ${shellWord(file)} --key <your key>`,
      ],
    },
    given.json,
  );
}

/** A name that is none of the kind: it may be one of another kind, which the option names. */
function refuseOtherKind(document: Document, name: string, { file, kind }: RemoveOptions): void {
  if (kind === 'link' || isListed(document, kind, name)) return;
  const kindsOfAll = Object.keys(kinds) as Kind[];
  const other = kindsOfAll.find((one) => one !== 'link' && isListed(document, one, name));
  if (other === undefined) return;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `${name} is ${withArticle(other)} of the topology, and not ${withArticle(kind)}`,
    place: 'argument <name>',
    remedy: `where that is meant: entente topology remove ${shellWord(name)} --kind ${other} --file ${shellWord(file)}`,
  });
}

function isListed(document: Document, kind: Kind, name: string): boolean {
  return namesOf(document, kind).includes(name);
}

function namesOf(document: Document, kind: Kind): readonly string[] {
  const [path, key] = kinds[kind];
  const list = document.getIn(path);
  if (isMap(list)) return list.items.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key));
  return isSeq(list) ? list.items.map((item) => String(isMap(item) ? item.get(key) : '')) : [];
}

function withArticle(kind: Kind): string {
  return `${/^[aeiou]/.test(kind) && kind !== 'user' ? 'an' : 'a'} ${kind}`;
}

/** An administrator less may be one signature less, which this command can say at once. */
function tooFewLeft(
  name: string,
  file: string,
  added: readonly Problem[],
  { document }: Before,
): StillNamed | undefined {
  const few = added.find(({ code }) => code === 'too-few-administrators');
  const keys = document.getIn(['administrators', 'keys']);
  const left = isCollection(keys) ? keys.items.length - 1 : 0;
  if (few === undefined || left < 1) return undefined;
  return {
    message: few.message,
    remedy: `add an administrator first (entente topology add administrator), or require fewer signatures at once: entente topology remove ${shellWord(name)} --kind administrator --required ${left} --file ${shellWord(file)}`,
  };
}

/** Where the roots of a partner are. */
function anchorsOf(document: Document, partner: string): readonly (string | number)[] {
  return ['partners', indexOfEntry(document, ['partners'], 'id', partner), 'anchors'];
}

function refusePartner({ kind, partner }: RemoveOptions): void {
  if (partner === undefined || kind === 'anchor') return;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected --kind anchor with this option',
    place: 'option --partner',
    remedy: 'give --kind anchor and the name of the root, or --kind partner and the id as <name>',
  });
}

function sidesOf({ a, b, kind }: RemoveOptions): Sides {
  if (kind !== 'link' && (a ?? b) !== undefined) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'expected --kind link with this option',
      place: a === undefined ? 'option --b' : 'option --a',
      remedy: 'give --kind link and the number of the row, or leave the option out',
    });
  }
  return { a: a?.split(','), b: b?.split(',') };
}

/** What is removed, for people. */
function ofWhat(kind: Kind, name: string, { a, b }: Sides): string {
  if (kind !== 'link') return `the ${kind} ${name}`;
  const servers = [...(a ?? []), ...(b ?? [])];
  return `the narrowing of row ${name}${servers.length === 0 ? '' : ` for ${servers.join(', ')}`}`;
}

function requiredOf({ kind, required }: RemoveOptions): number | undefined {
  if (required === undefined) return undefined;
  if (kind === 'administrator' && /^[1-9][0-9]{0,3}$/.test(required)) return Number(required);
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence:
      kind === 'administrator'
        ? `expected a whole number from 1, found ${required}`
        : 'expected --kind administrator with this option',
    place: 'option --required',
    remedy: 'give the number of signatures that are needed once the administrator is removed',
  });
}
