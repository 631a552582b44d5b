import { dirname, join } from 'node:path';
import { OperatorFault } from '@entente/host';
import { createFolder, publicMode, writeWhole } from '@entente/pki/node';
import { type AdministratorKey, topologyFormat } from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { newAdministratorKey, readAdministrator, writePublicKey } from '../topology/administrator-key.ts';
import { counted, give } from '../topology/answer.ts';
import { whatLossCosts } from '../topology/lost-keys.ts';
import { asClause, exists, placeOf } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface InitOptions {
  readonly administrator: readonly string[];
  readonly required?: string;
  readonly emergency?: string;
  readonly keys: string;
  readonly file: string;
  readonly title?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology init`: the first topology of a network, and keys for its administrators.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('init')
    .summary('create the topology of a network')
    .description(
      'Writes the first topology of a network with its administrators. A change that does more than narrow needs the signatures of k of the n administrators (--required k). Choose k with lost keys in mind: while more than n - k keys are lost, no such change can be signed any more, a new administrator included, and the network must be created again. With 2 of 2 one lost key is enough for that; with 2 of 3 the other two administrators replace it. Where there is no third administrator, --emergency names a third key that lies offline; only its place sets it apart, to the network it is an administrator’s key like the others. The holders of k keys can change everything. Creates the keys that do not exist yet: <id>.key, which only that administrator keeps, and <id>.pub.',
    )
    .argument('<network>', 'the domain of the organisation, e.g. contoso.example; also its first SIP domain')
    .requiredOption(
      '--administrator <id...>',
      'administrators who may sign; with several, "k of n" must sign',
    )
    .option(
      '--required <k>',
      'signatures needed for a change that does more than narrow; default more than half',
    )
    .option(
      '--emergency <id>',
      'one more administrator’s key, to be kept offline for the day on which a key is lost; it signs what any other key signs',
    )
    .option('--keys <directory>', 'folder of the administrators’ keys', 'administrators')
    .option('--file <path>', 'the topology', defaultFile)
    .option('--title <text>', 'description for people')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente topology init contoso.example --administrator alice bob --required 2 --emergency offline',
    )
    .action(init);
}

async function init(network: string, given: InitOptions): Promise<void> {
  if (await exists(given.file)) {
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the file exists and is not overwritten',
      place: given.file,
      remedy: 'add to it with entente topology add, or give another --file',
    });
  }
  if (given.emergency !== undefined && given.administrator.includes(given.emergency)) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `${given.emergency} is an administrator already, and one key cannot replace itself`,
      place: 'option --emergency',
      remedy: 'give it a name of its own, e.g. --emergency offline',
    });
  }
  const required = requiredOf(given);
  const emergencyFile =
    given.emergency === undefined ? undefined : join(given.keys, `${given.emergency}.key`);
  // Everything is checked before a key is written, so that a mistake leaves nothing behind.
  const ids = idsOf(given);
  check(
    textOf(
      network,
      given,
      required,
      ids.map((id) => newAdministratorKey(id).entry),
    ),
    given.file,
  );
  const opened: OpenedKey[] = [];
  for (const id of ids) opened.push(await openKey(id, given.keys));
  const keys = opened.map(({ entry }) => entry);
  const text = textOf(network, given, required, keys);
  check(text, given.file);
  await createFolder(given.keys);
  await createFolder(dirname(given.file), undefined, 0o777);
  for (const { write } of opened) await write?.();
  const made = opened.flatMap(({ created }) => created ?? []);
  await writeWhole(given.file, text, publicMode);
  give(
    {
      json: {
        file: given.file,
        network,
        administrators: keys.map((key) => key.id),
        required,
        keysMade: made,
      },
      lines: [
        `wrote ${given.file}: topology of ${network}, version 1; ${required} of ${counted(keys.length, 'administrator')} must sign`,
        whatLossCosts(required, keys.length),
        ...made.map((file) =>
          file === emergencyFile
            ? `created ${file}: keep it offline, where no administrator's key is, and keep no copy here; it signs what any other key signs`
            : `created ${file}: give it to this administrator and keep no copy`,
        ),
      ],
      next: [
        ...(required === keys.length
          ? [
              `before anything is signed: remove ${given.file}, and name one more key with --emergency offline, so that one may be lost`,
            ]
          : []),
        `entente topology add server <fqdn> --role authority --file ${shellWord(given.file)}`,
        `entente topology add pool <fqdn> --role front-end --home --file ${shellWord(given.file)}`,
        `entente topology check ${shellWord(given.file)}`,
      ],
    },
    given.json,
  );
}

/** The administrators, and the key for the day on which one of theirs is lost. */
function idsOf({ administrator, emergency }: InitOptions): readonly string[] {
  return emergency === undefined ? administrator : [...administrator, emergency];
}

/** The key of an administrator, and what is still to be written of it. */
interface OpenedKey {
  readonly entry: AdministratorKey;
  readonly write?: () => Promise<void>;
  /** File of a private key that is new. */
  readonly created?: string;
}

/** The key that is there. A run that was interrupted may have left the private one alone: then the public one is written again. */
async function openKey(id: string, folder: string): Promise<OpenedKey> {
  const files = { privateKey: join(folder, `${id}.key`), publicKey: join(folder, `${id}.pub`) };
  if (await exists(files.publicKey)) return { entry: await readAdministrator(id, files.publicKey) };
  if (await exists(files.privateKey)) {
    const entry = await readAdministrator(id, files.privateKey);
    return { entry, write: () => writePublicKey(entry, files.publicKey) };
  }
  const { entry, write } = newAdministratorKey(id);
  return { entry, write: () => write(files), created: files.privateKey };
}

function textOf(
  network: string,
  given: InitOptions,
  required: number,
  keys: readonly AdministratorKey[],
): string {
  const document = {
    format: topologyFormat,
    network,
    version: 1,
    issued: `${new Date().toISOString().slice(0, 19)}Z`,
    ...(given.title !== undefined && { title: given.title }),
    administrators: { required: Math.min(required, keys.length), keys },
    domains: [{ name: network }],
    servers: [],
  };
  return `# The topology of ${network}: which servers and partners it trusts.\n# Change it with entente topology add …, check it with entente topology check.\n${stringify(document, { lineWidth: 0 })}`;
}

function check(text: string, file: string): void {
  const parsed = parseTopology(text);
  const problem = parsed.ok ? undefined : parsed.problems.find((one) => one.severity === 'error');
  if (problem === undefined) return;
  throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: problem.message.replace(/\.$/, ''),
    place: `${placeOf(file, problem)} (not written)`,
    remedy: asClause(problem.remedy),
  });
}

function requiredOf({ required, administrator }: InitOptions): number {
  const count = administrator.length;
  if (required === undefined) return Math.floor(count / 2) + 1;
  const k = Number(required);
  if (Number.isInteger(k) && k >= 1 && k <= count) return k;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a number from 1 to ${count}, the number of administrators, found ${required}`,
    place: 'option --required',
    remedy: 'give fewer, or name more administrators',
  });
}
