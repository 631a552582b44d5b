import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  addSignature,
  diffTopologies,
  strongestEffect,
  type TopologyDocument,
  type TopologyRefusal,
  topologyHash,
  verifyTopology,
} from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { requireVersionBefore } from '../authority/version-before.ts';
import { type Answer, give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { describeFirst } from '../topology/describe-first-version.ts';
import { giveProgress } from '../topology/give-progress.ts';
import { readSigned, readSignedIfThere } from '../topology/read-topology.ts';
import { fileSigned, knownBy, type SignedFiles, signedFilesOf, signersOf } from '../topology/signed-files.ts';
import { signaturesFor } from '../topology/signing-progress.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';
import { describeChanges } from './topology-diff.ts';
import { requireSigner } from './topology-sign.ts';

interface ApproveOptions {
  readonly key: string;
  readonly as?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente topology approve`: another administrator’s signature under the same version.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('approve')
    .summary('sign a version that another administrator prepared')
    .description(
      'Shows what the pending version changes, asks, adds your signature, and writes topology.signed.json when there are enough signatures. Read the changes: your signature approves all of them. The version before is read from topology.signed.json or topology.v<number>.json beside it, or fetched with --as; without it nothing is signed. Exit status 1: refused, nothing to approve, or you have signed it before.',
    )
    .argument('[pending]', 'the file that entente topology sign wrote', 'topology.pending.json')
    .requiredOption('--key <file>', 'your private key')
    .option('--as <file>', 'your access file, to fetch the version before from the authority')
    .option(...yesOption)
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente topology approve topology.pending.json --key administrators/bob.key',
    )
    .action(approve);
}

async function approve(pending: string, given: ApproveOptions): Promise<void> {
  const yaml = join(dirname(pending), defaultFile);
  const files = signedFilesOf(pending);
  const offered = await readSigned(pending);
  const { document } = offered;
  const { version } = document;
  const inForce = (await readSignedIfThere(files.inForce))?.document;
  const stop = (answer: Omit<Answer, 'failed'>) => give({ ...answer, failed: true }, given.json);
  if (inForce !== undefined && topologyHash(inForce) === topologyHash(document)) {
    stop({
      json: { file: yaml, version, complete: true, written: null },
      lines: [`version ${version} has all its signatures; there is nothing to approve`],
      next: [`entente topology publish ${shellWord(files.inForce)} --as ca/administrators/<you>.yaml`],
    });
    return;
  }
  const before = await versionBefore(document, inForce, files, given.as);
  const judged = verifyTopology(offered, { known: knownBy(before, document), now: Date.now() });
  if (!judged.accepted && judged.refusal.reason !== 'under-signed') {
    stop(refusedAs(judged.refusal, yaml, version));
    return;
  }
  const signer = await requireSigner(given.key, [document, before]);
  const signers = signersOf(offered);
  if (!judged.accepted && signers.includes(signer.keyId)) {
    stop({
      json: { file: yaml, version, complete: false, signers, written: null },
      lines: [`${signer.keyId} has signed version ${version} before; nothing has changed`],
      next: [`for another administrator: entente topology approve ${shellWord(pending)} --key <their key>`],
    });
    return;
  }
  const lines = describeVersion(document, before);
  await confirm({ lines, question: `sign version ${version} as ${signer.keyId}?` }, given.yes);
  const signed = addSignature(offered, signer);
  const progress = await fileSigned(signed, before, { ...files, pending }, Date.now());
  const kept = [files.inForce, files.versionFile(version)].map((file) => resolve(file));
  if (progress.complete && !kept.includes(resolve(pending))) await rm(pending, { force: true });
  giveProgress(yaml, signed, progress, lines, given.json);
}

/** What the document is compared with: the version before, or the one in force that has overtaken it. */
async function versionBefore(
  document: TopologyDocument,
  inForce: TopologyDocument | undefined,
  files: SignedFiles,
  as: string | undefined,
): Promise<TopologyDocument | undefined> {
  if (inForce !== undefined && inForce.version >= document.version) return inForce;
  return document.version === 1 ? undefined : requireVersionBefore(document, files, as);
}

function describeVersion(
  document: TopologyDocument,
  before: TopologyDocument | undefined,
): readonly string[] {
  if (before === undefined) return describeFirst(document);
  const changes = diffTopologies(before, document).filter((change) => change.effect !== 'chain');
  return [
    `version ${document.version} of ${document.network} changes version ${before.version}:`,
    ...describeChanges(changes),
    signaturesFor(strongestEffect(changes), before, document),
  ];
}

function refusedAs(refusal: TopologyRefusal, file: string, version: number): Omit<Answer, 'failed'> {
  return {
    json: { file, version, complete: false, written: null, refusal },
    lines: [`version ${version} is refused, and was not signed: ${refusal.message}`, `  → ${refusal.remedy}`],
  };
}
