import { OperatorFault } from '@entente/host';
import {
  type AdministratorKey,
  diffTopologies,
  signTopology,
  type TopologyDocument,
  topologyHash,
} from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { findAdministrator, openSigner } from '../topology/administrator-key.ts';
import { give } from '../topology/answer.ts';
import { describeFirst } from '../topology/describe-first-version.ts';
import { editTopology, setField } from '../topology/edit-topology.ts';
import { giveProgress } from '../topology/give-progress.ts';
import {
  readSignedIfThere,
  readText,
  readTopology,
  refuseSigned,
  requireTopology,
} from '../topology/read-topology.ts';
import { fileSigned, signedFilesOf, signersOf } from '../topology/signed-files.ts';
import { neededFor } from '../topology/signing-progress.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';
import { describeChanges } from './topology-diff.ts';

interface SignOptions {
  readonly key: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology sign`: numbers the next version and gives it its first signature.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('sign')
    .summary('number the next version and sign it')
    .description(
      'Numbers the topology as the version after topology.signed.json beside it, signs it, and writes topology.signed.json, or topology.pending.json where others must approve first. Exit status 1: nothing to sign, or the same version already waits for other signatures.',
    )
    .argument('[file]', 'the YAML', defaultFile)
    .requiredOption('--key <file>', 'your private key, e.g. administrators/alice.key')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology sign topology.yaml --key administrators/alice.key')
    .action(sign);
}

async function sign(file: string, given: SignOptions): Promise<void> {
  refuseSigned(file, await readText(file));
  const files = signedFilesOf(file);
  const inForce = (await readSignedIfThere(files.inForce))?.document;
  const written = await requireWritten(file, inForce);
  const signer = await requireSigner(given.key, [written, inForce]);
  const changes =
    inForce === undefined
      ? []
      : diffTopologies(inForce, written).filter((change) => change.effect !== 'chain');
  if (inForce !== undefined && changes.length === 0) {
    give(
      {
        json: { file, signed: false, version: inForce.version },
        lines: [`nothing to sign: it is the same as version ${inForce.version} in ${files.inForce}`],
        next: [
          `change it with entente topology add … or entente topology remove …, or publish it: entente topology publish ${shellWord(files.inForce)} --as ca/administrators/<you>.yaml; where the authority has refused it, that says what leads back`,
        ],
        failed: true,
      },
      given.json,
    );
    return;
  }
  const pending = await readSignedIfThere(files.pending);
  if (pending !== undefined && waitsFor(pending.document, written, inForce)) {
    const { version } = pending.document;
    const signers = signersOf(pending);
    give(
      {
        json: { file, signed: false, version, signers },
        lines: [`version ${version}, signed by ${signers.join(', ')}, already waits in ${files.pending}`],
        next: [
          `to add your signature: entente topology approve ${shellWord(files.pending)} --key ${shellWord(given.key)}`,
          `to discard its signatures and sign again: remove ${files.pending}`,
        ],
        failed: true,
      },
      given.json,
    );
    return;
  }
  const document = inForce === undefined ? written : await numbered(file, inForce);
  const signed = signTopology(document, [signer]);
  const progress = await fileSigned(signed, inForce, files, Date.now());
  giveProgress(
    file,
    signed,
    progress,
    [
      ...(pending === undefined ||
      pending.document.version !== document.version ||
      progress.refusal?.reason !== 'under-signed'
        ? []
        : [
            `replaces the pending version ${document.version}, signed by ${signersOf(pending).join(', ')}, which had other changes`,
          ]),
      ...(inForce === undefined ? describeFirst(document) : describeChanges(changes)),
      neededFor(document, inForce),
    ],
    given.json,
  );
}

/** Whether a pending document has what the file has: another `sign` would discard its signatures. */
function waitsFor(
  pending: TopologyDocument,
  written: TopologyDocument,
  inForce: TopologyDocument | undefined,
): boolean {
  if (pending.version !== (inForce?.version ?? written.version - 1) + 1) return false;
  return diffTopologies(pending, written).every((change) => change.effect === 'chain');
}

/** What a person has written. A predecessor that was left out is filled in, where the version in force is here. */
async function requireWritten(
  file: string,
  inForce: TopologyDocument | undefined,
): Promise<TopologyDocument> {
  const read = await readTopology(file);
  if (read.ok) return read.topology.document;
  const errors = read.problems.filter(({ severity }) => severity === 'error');
  const lacksOnly = errors.every(({ code }) => code === 'previous-missing');
  return inForce !== undefined && lacksOnly
    ? numbered(file, inForce)
    : (await requireTopology(file)).document;
}

/** Writes version, predecessor and time into the file, so that it shows what was signed. */
async function numbered(file: string, inForce: TopologyDocument): Promise<TopologyDocument> {
  const issued = `${new Date().toISOString().slice(0, 19)}Z`;
  const edited = await editTopology(file, (document) => {
    setField(document, ['version'], inForce.version + 1);
    setField(document, ['previous'], topologyHash(inForce));
    // A slow clock must not date a document before the one it follows.
    setField(document, ['issued'], issued > inForce.issued ? issued : inForce.issued);
  });
  return edited.topology?.document ?? (await requireTopology(file)).document;
}

/**
 * The signer whose public key one of the documents lists.
 * @throws OperatorFault `ENTENTE_NOT_AN_ADMINISTRATOR`
 */
export async function requireSigner(key: string, documents: readonly (TopologyDocument | undefined)[]) {
  const listed: readonly AdministratorKey[] = documents.flatMap(
    (document) => document?.administrators.keys ?? [],
  );
  const entry = await findAdministrator(listed, key);
  if (entry !== undefined) return openSigner(entry.id, key);
  throw new OperatorFault('ENTENTE_NOT_AN_ADMINISTRATOR', {
    sentence: `this is not the key of any of the administrators ${[...new Set(listed.map((one) => one.id))].join(', ')}`,
    place: key,
    remedy:
      'use the key whose public half the topology lists, or add it with entente topology add administrator',
  });
}
