import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SignedTopology } from '@entente/topology';
import { shellWord } from '@entente/trust';
import { give } from './answer.ts';
import type { Progress } from './signed-files.ts';

/**
 * Prints the state of a document after a signature, and what to do next.
 * @param file - the YAML, for the commands that are suggested
 * @param lines - what changes and what that needs
 */
export function giveProgress(
  file: string,
  { document }: SignedTopology,
  progress: Progress,
  lines: readonly string[],
  asJson: boolean | undefined,
): void {
  const { complete, signers, refusal } = progress;
  const by = `version ${document.version}, signed by ${signers.join(', ')}`;
  const json = { file, version: document.version, complete, signers };
  if (complete) {
    const next = [
      `entente topology dns ${shellWord(file)} lists the DNS records it needs`,
      `entente topology publish ${shellWord(progress.file)} --as ${accessFileOf(dirname(file), signers)}`,
    ];
    const done = [...lines, `${by}, is complete: ${progress.file}`];
    give({ json: { ...json, written: progress.file }, lines: done, next }, asJson);
  } else if (refusal?.reason === 'under-signed') {
    const next = [
      `for another administrator: entente topology approve ${shellWord(progress.file)} --key <their key>`,
    ];
    const waits = [...lines, `${by}, needs more signatures: ${progress.file}`, refusal.message];
    give({ json: { ...json, written: progress.file, missing: refusal.message }, lines: waits, next }, asJson);
  } else {
    const refused = [...lines, `${by}, is refused: ${refusal?.message}`, `  → ${refusal?.remedy}`];
    const next = [
      `entente topology diff ${shellWord(file)} shows the changes; correct them, then sign again`,
    ];
    give({ json: { ...json, written: null, refusal }, lines: refused, next, failed: true }, asJson);
  }
}

/** The access file of a signer who has one, as a word of a command: who signs topologies need not be who sends commands to the authority. */
function accessFileOf(folder: string, signers: readonly string[]): string {
  const files = signers.map((signer) => join('ca', 'administrators', `${signer}.yaml`));
  const found = files.find((file) => existsSync(join(folder, file)));
  return found === undefined ? 'ca/administrators/<you>.yaml' : shellWord(found);
}
