import { OperatorFault } from '@entente/host';
import { diffTopologies, type Partner, strongestEffect, type TopologyDocument } from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { groupCommand } from '../group-command.ts';
import { give } from '../topology/answer.ts';
import { didYouMean } from '../topology/did-you-mean.ts';
import { editTopology, indexOfEntry, setField } from '../topology/edit-topology.ts';
import { readSignedIfThere, requireTopology } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';
import { signaturesFor } from '../topology/signing-progress.ts';
import { defaultFile } from '../topology/topology-command.ts';
import { describeChanges } from './topology-diff.ts';

interface PartnerOptions {
  readonly file: string;
  readonly json?: boolean;
}

/**
 * Adds `entente partner block` and `unblock`: a partner is refused for a while.
 * @param program - the command line
 */
export function register(program: Command): void {
  const partner = groupCommand(program, 'partner');
  const verb = (name: string, summary: string, description: string) =>
    partner
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<partner>', 'id of the partner in the topology')
      .option('--file <path>', 'the topology', defaultFile)
      .option('--json', 'one JSON object on the last line')
      .addHelpText('after', `\nExample:\n  entente partner ${name} fabrikam`);
  verb(
    'block',
    'refuse a partner from the next version on',
    'Changes the entry of a partner, so that everything from and to its domains is refused. Blocking only narrows: one administrator’s signature is enough. It counts when the version is signed and published. Exit status 1: it is blocked already.',
  ).action((name: string, given: PartnerOptions) => change(name, given, blocked));
  verb(
    'unblock',
    'end the block of a partner',
    'Changes the entry of a blocked partner back to what it was in the newest signed version beside the topology that did not block it: its edge, its roots. Needs the signatures of a quorum. It counts when the version is signed and published. Exit status 1: it is not blocked.',
  ).action((name: string, given: PartnerOptions) => change(name, given, unblocked));
}

/** The entry after the change; undefined where there is nothing to change. */
type NextEntry = (partner: Partner, document: TopologyDocument, file: string) => Promise<Partner | undefined>;

const blocked: NextEntry = async ({ kind, id, title, domains }) =>
  kind === 'blocked' ? undefined : { kind: 'blocked', id, title, domains };

const unblocked: NextEntry = async (partner, document, file) => {
  if (partner.kind !== 'blocked') return undefined;
  const files = signedFilesOf(file);
  const names = [files.inForce];
  for (let version = document.version; version > 0; version--) names.push(files.versionFile(version));
  for (const name of names) {
    const signed = await readSignedIfThere(name);
    const found = signed?.document.partners?.find(({ id }) => id === partner.id);
    if (found !== undefined && found.kind !== 'blocked') return found;
  }
  throw new OperatorFault('ENTENTE_VERSION_MISSING', {
    sentence: `no signed version beside ${file} has ${partner.id} as a partner that is not blocked`,
    place: file,
    remedy: `entente topology remove ${partner.id} --kind partner, then entente topology add partner with its domains and its root`,
  });
};

async function change(name: string, { file, json }: PartnerOptions, nextOf: NextEntry): Promise<void> {
  const { document } = await requireTopology(file);
  const partner = requirePartner(name, document);
  const entry = await nextOf(partner, document, file);
  const is = partner.kind === 'blocked' ? 'blocked' : 'not blocked';
  if (entry === undefined) {
    give(
      {
        json: { partner: name, file, written: null },
        lines: [`${name} is ${is} in ${file}; nothing has changed`],
        next: [`entente topology diff ${shellWord(file)} shows what is not signed`],
        failed: true,
      },
      json,
    );
    return;
  }
  const edited = await editTopology(file, (yaml) =>
    setField(yaml, ['partners', indexOfEntry(yaml, ['partners'], 'id', name)], entry),
  );
  const inForce = (await readSignedIfThere(signedFilesOf(file).inForce))?.document;
  const after = edited.topology?.document ?? document;
  const changes =
    inForce === undefined ? [] : diffTopologies(inForce, after).filter(({ effect }) => effect !== 'chain');
  /** Blocked and unblocked again before it was signed. */
  const isAsInForce = inForce !== undefined && changes.length === 0;
  const told =
    inForce === undefined
      ? []
      : [...describeChanges(changes), signaturesFor(strongestEffect(changes), inForce, after)];
  give(
    {
      json: { partner: name, file, entry, changes },
      lines: [
        `${name} is ${entry.kind === 'blocked' ? 'blocked' : 'no longer blocked'} in ${file}: ${entry.domains.join(', ')}`,
        ...(isAsInForce ? ['the version in force says so already: nothing is left to sign'] : told),
      ],
      next: isAsInForce
        ? []
        : [
            `entente topology sign ${shellWord(file)} --key <your key>`,
            'entente topology publish --as ca/administrators/<you>.yaml',
          ],
    },
    json,
  );
}

function requirePartner(name: string, { partners = [], providers = [] }: TopologyDocument): Partner {
  const partner = partners.find(({ id }) => id === name);
  if (partner !== undefined) return partner;
  const provider = providers.find(({ id }) => id === name);
  const owner = partners.find(({ domains }) => domains.includes(name))?.id;
  const meant =
    owner ??
    didYouMean(
      name,
      partners.map(({ id }) => id),
    );
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence:
      provider === undefined
        ? `the topology has no partner ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`
        : `${name} is a provider, which cannot be blocked`,
    place: 'argument <partner>',
    remedy:
      provider === undefined
        ? 'name a partner by its id; to refuse a domain without an entry: entente topology add partner <id> --domain <domain> --blocked'
        : `remove it: entente topology remove ${shellWord(name)} --kind provider`,
  });
}
