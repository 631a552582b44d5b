import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addSignature, diffTopologies, strongestEffect } from '@entente/topology';
import type { Command } from 'commander';
import { give } from '../topology/answer.ts';
import { giveProgress } from '../topology/give-progress.ts';
import { readSigned, readSignedIfThere } from '../topology/read-topology.ts';
import { fileSigned, signedFilesOf, signersOf } from '../topology/signed-files.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';
import { describeChanges, signaturesFor } from './topology-diff.ts';
import { requireSigner } from './topology-sign.ts';

interface ApproveOptions {
  readonly key: string;
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
      'Shows what the pending version changes, adds your signature, and writes topology.signed.json when there are enough signatures. Read the changes: your signature approves all of them. Exit status 1: refused, or you have signed it before.',
    )
    .argument('[pending]', 'the file that entente topology sign wrote', 'topology.pending.json')
    .requiredOption('--key <file>', 'your private key')
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
  const before = await readSigned(pending);
  const inForce = (await readSignedIfThere(files.inForce))?.document;
  const signer = await requireSigner(given.key, [before.document, inForce]);
  const signed = addSignature(before, signer);
  const progress = await fileSigned(signed, { ...files, pending }, Date.now());
  const { version } = before.document;
  if (!progress.complete && signersOf(before).includes(signer.keyId)) {
    give(
      {
        json: { file: yaml, version, complete: false, signers: progress.signers, written: null },
        lines: [`${signer.keyId} has signed version ${version} before; nothing has changed`],
        next: [`for another administrator: entente topology approve ${pending} --key <their key>`],
        failed: true,
      },
      given.json,
    );
    return;
  }
  if (progress.complete) await rm(pending, { force: true });
  const changes =
    inForce === undefined
      ? []
      : diffTopologies(inForce, before.document).filter((change) => change.effect !== 'chain');
  const lines =
    inForce === undefined
      ? [`the first version of ${before.document.network}`]
      : [...describeChanges(changes), signaturesFor(strongestEffect(changes), inForce, before.document)];
  giveProgress(yaml, signed, progress, lines, given.json);
}
