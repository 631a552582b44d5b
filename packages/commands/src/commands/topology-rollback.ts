import { readFile } from 'node:fs/promises';
import { OperatorFault } from '@entente/host';
import { publicMode, writeWhole } from '@entente/pki/node';
import { diffTopologies, strongestEffect, type TopologyDocument } from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { fetchVersion } from '../authority/version-before.ts';
import { give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { exists, readSigned, readSignedIfThere, readTopology } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';
import { signaturesFor } from '../topology/signing-progress.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';
import { describeChanges } from './topology-diff.ts';

interface RollbackOptions {
  readonly file: string;
  readonly as?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology rollback`: the content of an earlier version as the next one, to be signed.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('rollback')
    .summary('prepare a new version with the content of an earlier one')
    .description(
      'Members never go back to a lower version, so going back is a new version with the content of an earlier one: all but its number and its times, also its administrators. Read what changes. Writes it to the YAML, to be signed like every change. What the YAML had is kept beside it. Exit status 1: the content is the same as that of the newest signed version.',
    )
    .argument('<version>', 'number of the earlier version; read from topology.v<number>.json beside the YAML')
    .option('--file <path>', 'the topology', defaultFile)
    .option('--as <file>', 'your access file, to fetch the version from the authority where it is not here')
    .option(...yesOption)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology rollback 3')
    .action(rollBack);
}

async function rollBack(number: string, given: RollbackOptions): Promise<void> {
  const { file, json, yes } = given;
  const files = signedFilesOf(file);
  const inForce = (await readSigned(files.inForce)).document;
  const version = versionOf(number, inForce);
  const earlier = await requireVersion(version, inForce, files.versionFile(version), given.as);
  const { expires, issued, previous } = inForce;
  const document: TopologyDocument = { ...earlier, version: inForce.version, previous, issued, expires };
  const changes = diffTopologies(inForce, document).filter(({ effect }) => effect !== 'chain');
  if (changes.length === 0) {
    give(
      {
        json: { file, version, written: null },
        lines: [`version ${inForce.version} has the content of version ${version}; nothing was written`],
        next: ['entente topology status --as ca/administrators/<you>.yaml'],
        failed: true,
      },
      json,
    );
    return;
  }
  const needed = signaturesFor(strongestEffect(changes), inForce, document);
  const lines = [
    `back to the content of version ${version}, from version ${inForce.version}:`,
    ...describeChanges(changes),
    needed,
    ...(await unsignedChanges(file, inForce)),
  ];
  await confirm({ lines, question: `write this to ${file}?` }, yes);
  const kept = `${file}.before-rollback`;
  if (await exists(file)) {
    await writeWhole(kept, await readFile(file), publicMode);
  }
  const comment = `# The content of version ${version}, as a new version. Comments of the file before are in ${kept}.\n`;
  await writeWhole(file, `${comment}${stringify(document, { lineWidth: 0 })}`, publicMode);
  give(
    {
      json: { file, version, kept, effect: strongestEffect(changes), changes },
      lines: [...lines, `wrote ${file}; what it had is in ${kept}`],
      next: [
        `entente topology diff ${shellWord(file)}`,
        ...(version === inForce.version - 1
          ? [
              `where the authority has refused version ${inForce.version}: copy ${files.versionFile(version)} to ${files.inForce} before the next step`,
            ]
          : []),
        `entente topology sign ${shellWord(file)} --key <your key>`,
      ],
    },
    json,
  );
}

function versionOf(text: string, inForce: TopologyDocument): number {
  const version = Number(text);
  if (/^[1-9][0-9]*$/.test(text) && version < inForce.version) return version;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a version before version ${inForce.version}, the newest one that is signed here, found ${text}`,
    place: 'argument <version>',
    remedy:
      inForce.version === 1 ? 'there is no earlier one' : `give a number from 1 to ${inForce.version - 1}`,
  });
}

async function requireVersion(
  version: number,
  inForce: TopologyDocument,
  file: string,
  as: string | undefined,
): Promise<TopologyDocument> {
  const here = (await readSignedIfThere(file))?.document;
  const found = here ?? (as === undefined ? undefined : await fetchVersion(version, as));
  if (found?.version === version && found.network === inForce.network) return found;
  throw new OperatorFault('ENTENTE_VERSION_MISSING', {
    sentence:
      found === undefined
        ? `version ${version} is not here`
        : `expected version ${version} of ${inForce.network}, found version ${found.version} of ${found.network}`,
    place: file,
    remedy:
      'fetch it from the authority with --as ca/administrators/<you>.yaml, once no other file is in its place',
  });
}

/** Says what a rollback would drop of the YAML. */
async function unsignedChanges(file: string, inForce: TopologyDocument): Promise<readonly string[]> {
  if (!(await exists(file))) return [];
  const read = await readTopology(file);
  const same =
    read.ok && diffTopologies(inForce, read.topology.document).every(({ effect }) => effect === 'chain');
  return same ? [] : [`the changes in ${file} that are not signed are dropped`];
}
