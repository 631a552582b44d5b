import { type Change, diffTopologies, strongestEffect } from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { give } from '../topology/answer.ts';
import { requireTopology } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';
import { signaturesFor } from '../topology/signing-progress.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

interface DiffOptions {
  readonly from?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente topology diff`: what changes, and which signatures that needs.
 * @param program - the command line
 */
export function register(program: Command): void {
  topologyCommand(program)
    .command('diff')
    .summary('show what changes from the newest signed version, and who must sign')
    .description(
      'Compares a topology with the newest signed version, or another file, and shows for each change whether it narrows.',
    )
    .argument('[file]', 'YAML, or the signed JSON', defaultFile)
    .option('--from <file>', 'file to compare with; default topology.signed.json beside the topology')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente topology diff topology.yaml --from topology.v3.json')
    .action(async (file: string, given: DiffOptions) => {
      const from = given.from ?? signedFilesOf(file).inForce;
      const before = (await requireTopology(from)).document;
      const after = (await requireTopology(file)).document;
      const changes = diffTopologies(before, after).filter((change) => change.effect !== 'chain');
      const effect = strongestEffect(changes);
      const needed = signaturesFor(effect, before, after);
      give(
        {
          json: { from, file, effect, needed, changes },
          lines: [...describeChanges(changes), needed],
          next: [
            effect === 'chain'
              ? `change it with entente topology add … --file ${shellWord(file)} or entente topology remove … --file ${shellWord(file)}`
              : `entente topology sign ${shellWord(file)} --key <your key>`,
          ],
        },
        given.json,
      );
    });
}

/** The changes for people, each with its effect. */
export function describeChanges(changes: readonly Change[]): readonly string[] {
  if (changes.length === 0) return ['no changes'];
  return changes.map(
    ({ details, effect, kind, summary }) =>
      `${marks[kind]} ${summary} (${effectText(effect)})${details === undefined ? '' : `: ${details}`}`,
  );
}

/** An effect, or `first` for a first version, for people. */
export function effectText(effect: string): string {
  return effectTexts[effect] ?? effect;
}

const effectTexts: Readonly<Record<string, string>> = {
  first: 'first version',
  chain: 'unchanged',
  cosmetic: 'cosmetic change',
  narrowing: 'narrowing change',
  quorum: 'change by quorum',
  administrators: 'change of administrators',
};

const marks = { added: '+', removed: '-', changed: '~' } as const;
