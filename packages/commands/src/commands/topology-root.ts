import { OperatorFault } from '@entente/host';
import type { TopologyDocument } from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type Document, isSeq } from 'yaml';
import { readAnchor } from '../topology/add/read-anchor.ts';
import { give } from '../topology/answer.ts';
import { append, editTopology, indexOfEntry, setField } from '../topology/edit-topology.ts';
import { readSignedIfThere } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

const list = ['anchors', 'enterprise'];
const dayMs = 86_400_000;

interface StageOptions {
  readonly file: string;
  readonly json?: boolean;
}

interface PrepareOptions extends StageOptions {
  readonly certificate: string;
  readonly present?: string;
  readonly name?: string;
}

/**
 * Adds `entente topology root prepare`, `activate`, `taint` and `retire`: the steps by which one root follows the other.
 * @param program - the command line
 */
export function register(program: Command): void {
  const root = topologyCommand(program)
    .command('root')
    .summary('the steps by which one root of the domain follows the other')
    .description(
      'Writes which roots members believe, and how far each is, into the topology. Every change of them needs the quorum.',
    )
    .addHelpText('after', '\nExample:\n  entente topology root prepare --certificate root2/root_ca.crt');
  step(
    root,
    'prepare',
    'list the next root: members believe it, and nothing is issued below it yet',
    'entente topology root prepare --certificate root2/root_ca.crt --present ca/root_ca.crt',
  )
    .requiredOption('--certificate <file>', 'the next root, e.g. root2/root_ca.crt')
    .option('--present <file>', 'the present root, where the topology lists none yet, e.g. ca/root_ca.crt')
    .option('--name <text>', 'what the topology calls the next root; default its common name')
    .action(prepare);
  step(
    root,
    'activate',
    'let a listed root certify the next issuing authority',
    'entente topology root activate "contoso.example Root CA 2"',
  )
    .argument('<name>', 'what the topology calls the root')
    .action((name: string, options: StageOptions) => setStage(name, undefined, options));
  step(
    root,
    'taint',
    'let everything below a root be renewed at once; it is believed all the same',
    'entente topology root taint "contoso.example Root CA"',
  )
    .argument('<name>', 'what the topology calls the root')
    .action((name: string, options: StageOptions) => setStage(name, 'tainted', options));
  step(
    root,
    'retire',
    'list a root no longer: members believe it no more',
    'entente topology root retire "contoso.example Root CA"',
  )
    .argument('<name>', 'what the topology calls the root')
    .action(retire);
}

function step(root: Command, verb: string, summary: string, example: string): Command {
  return root
    .command(verb)
    .summary(summary)
    .description(
      `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. The file keeps its comments. The change takes effect when it is signed and published.`,
    )
    .option('--file <path>', 'the topology', defaultFile)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', `\nExample:\n  ${example}`);
}

async function prepare(options: PrepareOptions): Promise<void> {
  const next = await readAnchor(options.certificate, options.name);
  const present = options.present === undefined ? undefined : await readAnchor(options.present);
  const edited = await editTopology(options.file, (document) => {
    if (!isSeq(document.getIn(list))) {
      if (present === undefined) throw presentMissing(options.file);
      append(document, list, present);
    }
    append(document, list, { ...next, stage: 'prepared' });
  });
  giveStep(next.name, 'prepared', edited.open, options, [
    'when every server has that version, which entente ca rollover shows: entente topology root activate',
  ]);
}

/** Members believe exactly the listed roots: the next one alone would end their trust in the present one. */
function presentMissing(file: string): OperatorFault {
  return new OperatorFault('ENTENTE_USAGE', {
    sentence: 'the topology lists no root, and members would believe the next one alone',
    place: file,
    remedy: 'give the present one too, with --present ca/root_ca.crt',
  });
}

async function setStage(name: string, stage: 'tainted' | undefined, options: StageOptions): Promise<void> {
  const edited = await editTopology(options.file, (document) => {
    const path = [...list, indexOf(document, name), 'stage'];
    if (stage === undefined) document.deleteIn(path);
    else setField(document, path, stage);
  });
  giveStep(
    name,
    stage ?? 'active',
    edited.open,
    options,
    stage === undefined
      ? [
          'within a minute after it is published, the authority writes root-request-<number>.json for this root: entente ca root sign, then entente ca root accept',
          'when entente ca rollover shows that the issuing authority below this root is active, for the root before: entente topology root taint',
        ]
      : [
          'a day later, when entente ca rollover shows that no server depends on it: entente topology root retire',
          'administrators whose certificate is below it: entente cert renew --as ca/administrators/<you>.yaml',
        ],
  );
}

async function retire(name: string, options: StageOptions): Promise<void> {
  const signed = (await readSignedIfThere(signedFilesOf(options.file).inForce))?.document;
  let isTainted = false;
  const edited = await editTopology(options.file, (document) => {
    const path = [...list, indexOf(document, name)];
    const stage = document.getIn([...path, 'stage']) ?? 'active';
    const sha256 = document.getIn([...path, 'sha256']);
    const before = signed?.anchors?.enterprise?.find((root) => root.sha256 === sha256);
    if (stage === 'active') throw notTainted(name, options.file, 'it is active');
    if (before !== undefined && (before.stage ?? 'active') === 'active') {
      throw notTainted(
        name,
        options.file,
        `it is active in version ${signed?.version}, the newest signed one`,
      );
    }
    isTainted = before?.stage === 'tainted';
    document.deleteIn(path);
  });
  const warnings = isTainted ? tooEarly(signed, Date.now()) : [];
  giveStep(name, 'retired', edited.open, options, [], warnings);
}

/** The newest signed version may be later than the one that taints: this warns too often, and never too rarely. */
function tooEarly(signed: TopologyDocument | undefined, now: number): readonly string[] {
  if (signed === undefined || now - Date.parse(signed.issued) >= dayMs) return [];
  return [
    `warning: version ${signed.version}, the newest signed one, was issued at ${signed.issued}: servers dial each other again within a day, and until then open connections may depend on the root; publish no earlier than entente ca rollover says`,
  ];
}

/** Servers and administrators may have nothing but a certificate below an active root. */
function notTainted(name: string, file: string, found: string): OperatorFault {
  return new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: `the root ${name} cannot be retired before it is tainted: ${found}`,
    place: `${file} (not changed)`,
    remedy: `entente topology root taint ${shellWord(name)}, sign and publish that version, and retire the root when entente ca rollover shows that no server and no administrator depends on it`,
  });
}

function indexOf(document: Document, name: string): number {
  return indexOfEntry(document, list, 'name', name);
}

function giveStep(
  name: string,
  stage: string,
  open: readonly { readonly code: string; readonly message: string; readonly remedy: string }[],
  { file, json }: StageOptions,
  next: readonly string[],
  warnings: readonly string[] = [],
): void {
  const missing = open.map(({ code, message, remedy }) => ({ code, message, remedy }));
  give(
    {
      json: { root: name, stage, file, open: missing },
      lines: [
        `the root ${name} is ${stage} in ${file}`,
        ...missing.map(({ message }) => `still missing: ${message}`),
        ...warnings,
      ],
      next: [
        ...missing.map(({ remedy }) => remedy),
        `entente topology sign ${shellWord(file)} --key <your key>, then entente topology approve where it needs more signatures, and entente topology publish before the next step`,
        ...next,
      ],
    },
    json,
  );
}
