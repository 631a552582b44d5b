import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperatorFault } from '@entente/host';
import { publicMode, writeWhole } from '@entente/pki/node';
import { type AdministratorKey, topologyFormat } from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { makeAdministratorKey, readAdministrator } from '../topology/administrator-key.ts';
import { give } from '../topology/answer.ts';
import { exists, placeOf } from '../topology/read-topology.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface InitOptions {
  readonly administrator: readonly string[];
  readonly required?: string;
  readonly keys: string;
  readonly file: string;
  readonly title?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology init`: the first document of a network, and keys for its administrators.
 * @param program the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('init')
    .summary('begin the topology of a network')
    .description(
      'Writes the first topology of a network, with its administrators. Keys that are not there yet are made: <id>.key, to be kept by that administrator alone, and <id>.pub.',
    )
    .argument('<network>', 'the organisation’s domain, e.g. contoso.example; it is the first SIP domain too')
    .requiredOption('--administrator <id...>', 'who may sign; several make "k of n" possible')
    .option('--required <k>', 'how many must sign what does more than narrow; default more than half')
    .option('--keys <directory>', 'where the administrators’ keys are or go', 'administrators')
    .option('--file <path>', 'the topology', defaultFile)
    .option('--title <text>', 'for people')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente topology init contoso.example --administrator alice bob --required 2',
    )
    .action(init);
}

async function init(network: string, given: InitOptions): Promise<void> {
  if (await exists(given.file)) {
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'a topology would be overwritten',
      place: given.file,
      remedy: 'add to it with entente topology add, or give another --file',
    });
  }
  const required = requiredOf(given);
  const keys: AdministratorKey[] = [];
  const made: string[] = [];
  // Everything is checked before a key is made, so that a mistake leaves nothing behind.
  check(textOf(network, given, required, [placeholder]), given.file);
  await mkdir(given.keys, { recursive: true, mode: 0o700 });
  for (const id of given.administrator) {
    const files = { privateKey: join(given.keys, `${id}.key`), publicKey: join(given.keys, `${id}.pub`) };
    if (!(await exists(files.publicKey))) {
      await makeAdministratorKey(files);
      made.push(files.privateKey);
    }
    keys.push(await readAdministrator(id, files.publicKey));
  }
  const text = textOf(network, given, required, keys);
  check(text, given.file);
  await mkdir(dirname(given.file), { recursive: true });
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
        `wrote ${given.file}: the topology of ${network}, version 1, signed by ${required} of ${keys.length}`,
        ...made.map((file) => `made ${file}: hand it to this administrator, and keep no copy`),
      ],
      next: [
        `entente topology add server <fqdn> --role authority --file ${given.file}`,
        `entente topology add pool <fqdn> --role front-end --home --file ${given.file}`,
        `entente topology check ${given.file}`,
      ],
    },
    given.json,
  );
}

/** A valid key of nobody, so that the rest can be checked before keys are made. */
const placeholder: AdministratorKey = {
  id: 'a',
  algorithm: 'EdDSA',
  publicKey: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
};

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
  return `# The topology of ${network}: whom its servers trust.\n# entente topology add … writes it, entente topology check reads it.\n${stringify(document, { lineWidth: 0 })}`;
}

function check(text: string, file: string): void {
  const parsed = parseTopology(text);
  const problem = parsed.ok ? undefined : parsed.problems.find((one) => one.severity === 'error');
  if (problem === undefined) return;
  throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: problem.message.replace(/\.$/, ''),
    place: `${placeOf(file, problem)} (nothing was written)`,
    remedy: problem.remedy.replace(/\.$/, ''),
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
