import {
  type Change,
  type SignedTopology,
  type TopologyDocument,
  topologyHash,
  verifyTopology,
} from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { judgeVersion } from '../authority/judge-version.ts';
import { toldMembers } from '../authority/not-published-yet.ts';
import { nextAfterRefusal } from '../authority/refused-version.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { versionInForce } from '../authority/version-in-force.ts';
import { give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';
import { describeFirst } from '../topology/describe-first-version.ts';
import { exists, readSigned, readSignedIfThere, readText } from '../topology/read-topology.ts';
import { knownBy, signedFilesOf, signersOf } from '../topology/signed-files.ts';
import { topologyCommand } from '../topology/topology-command.ts';
import { describeChanges, effectText } from './topology-diff.ts';

interface PublishOptions extends AdministratorOptions {
  readonly dryRun?: boolean;
  readonly leaveBehind?: boolean;
  readonly yes?: boolean;
}

/**
 * Adds `entente topology publish`: sends a signed topology to the authority.
 * @param program - the command line
 */
export function register(program: Command): void {
  const publish = topologyCommand(program)
    .command('publish')
    .summary('publish the signed topology to every member')
    .description(
      'Sends what entente topology sign wrote to the authority, which checks the signatures and distributes the version to every member. Asks first where the version takes something away. Exit status 1: refused, or nothing was published because the newest version needs more signatures.',
    )
    .argument('[file]', 'the signed topology', 'topology.signed.json')
    .option(
      '--dry-run',
      'show what would change, and let the authority say whether it would refuse it; publish nothing',
    )
    .option(
      '--leave-behind',
      'retire a root although servers or administrators have certificates below it alone (they must join again, or be certified again), take away the home of accounts (they are at home in the pool of their domain), or a domain that has accounts (their users cannot sign in)',
    )
    .option(...yesOption);
  administratorCommand(publish, 'entente topology publish topology.signed.json').action(run);
}

async function run(file: string, options: PublishOptions): Promise<void> {
  const pending = (await exists(file)) ? undefined : await waitingAfter(file, 0);
  if (pending !== undefined) {
    const lines = ['Nothing published: no version has all its signatures', pending.sentence];
    give({ json: { file, published: false }, lines, next: [pending.next], failed: true }, options.json);
    return;
  }
  const signed = await readSigned(file);
  const { document } = signed;
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const found = await versionInForce(connection, access);
  if (!found.ok) {
    giveRefusal(found.refusal, options.json);
    return;
  }
  const inForce = found.signed?.document;
  const waiting = await waitingAfter(file, document.version);
  if (inForce !== undefined && topologyHash(inForce) === topologyHash(document)) {
    giveUnchanged(file, document, waiting, options);
    return;
  }
  const judged = verifyTopology(signed, { known: knownBy(inForce, document), now: Date.now() });
  const changes = judged.accepted ? judged.changes.filter(({ effect }) => effect !== 'chain') : [];
  const lines = describePublication(document, inForce, changes);
  if (options.dryRun === true) {
    const said = await judgeVersion(connection, await readText(file), options.leaveBehind);
    if (!said.judged) {
      giveRefusal(said.refusal, options.json);
      return;
    }
    const json = { file, version: document.version, published: false };
    const { refusal } = said;
    if (refusal === undefined) {
      const effect = judged.accepted ? { effect: judged.effect, changes } : {};
      const next = [`entente topology publish ${shellWord(file)} --as <file>`];
      give({ json: { ...json, ...effect }, lines: [...lines, 'nothing was published'], next }, options.json);
      return;
    }
    give(
      {
        json: { ...json, refusal },
        lines: [
          ...(judged.accepted ? lines : []),
          `version ${document.version} would be refused: ${refusal.reason}: ${refusal.message}`,
        ],
        next: [...(await nextAfterRefusal(file, document, inForce, refusal.reason)), refusal.remedy],
        failed: true,
      },
      options.json,
    );
    return;
  }
  if (changes.some(takesAway)) {
    await confirm({ lines, question: `publish version ${document.version}?` }, options.yes);
  }
  const path = options.leaveBehind === true ? '/topology?leave-behind=true' : '/topology';
  const outcome = await connection.send(path, 'application/jose+json', await readText(file));
  if (!outcome.ok) {
    const { refusal } = outcome;
    giveRefusal(refusal, options.json, await nextAfterRefusal(file, document, inForce, refusal.reason));
    return;
  }
  const { version, hash, effect, signers } = outcome.answer;
  const told = toldMembers(outcome.answer, 'running members pick it up themselves');
  give(
    {
      json: { file, version, hash, effect, signers, ...told.json },
      lines: [
        `version ${version} of ${document.network} is in force: ${effectText(String(effect))}`,
        `signed by ${Array.isArray(signers) ? signers.join(', ') : ''}`,
        ...told.lines,
      ],
      next: [
        ...(waiting === undefined ? [] : [`${waiting.sentence}: ${waiting.next}`]),
        ...told.next,
        'for a new server: entente join-token <server> --config <server>.yaml --as ca/administrators/<you>.yaml',
      ],
    },
    options.json,
  );
}

/** Whether someone can do less afterwards: that is asked about, because it acts at once. */
function takesAway({ effect, kind }: Change): boolean {
  return effect === 'narrowing' || kind === 'removed';
}

function describePublication(
  document: TopologyDocument,
  inForce: TopologyDocument | undefined,
  changes: readonly Change[],
): readonly string[] {
  if (inForce === undefined) return describeFirst(document);
  const certified = ({ servers, stores = [] }: TopologyDocument) =>
    [...servers, ...stores].map(({ fqdn }) => fqdn);
  const left = new Set(certified(document));
  const gone = certified(inForce).filter((fqdn) => !left.has(fqdn));
  return [
    `version ${document.version} of ${document.network} changes version ${inForce.version}, which is in force:`,
    ...describeChanges(changes),
    ...(gone.length === 0 ? [] : [`the certificates of ${gone.join(', ')} are revoked`]),
  ];
}

/** A version after this one that still needs signatures. */
async function waitingAfter(
  file: string,
  version: number,
): Promise<{ readonly sentence: string; readonly next: string } | undefined> {
  const { pending } = signedFilesOf(file);
  const waiting = await readSignedIfThere(pending);
  if (waiting === undefined || waiting.document.version <= version) return undefined;
  return {
    sentence: `version ${waiting.document.version}, signed by ${namesOf(waiting)}, is not published: it needs more signatures`,
    next: `entente topology approve ${shellWord(pending)} --key <their key>`,
  };
}

function namesOf(signed: SignedTopology): string {
  return signersOf(signed).join(', ');
}

function giveUnchanged(
  file: string,
  document: TopologyDocument,
  waiting: Awaited<ReturnType<typeof waitingAfter>>,
  { json }: PublishOptions,
): void {
  const { network, version } = document;
  const fields = { file, version, hash: topologyHash(document), effect: 'chain' };
  if (waiting !== undefined) {
    give(
      {
        json: { ...fields, published: false },
        lines: [`Nothing published: version ${version} of ${network} was in force before`, waiting.sentence],
        next: [waiting.next],
        failed: true,
      },
      json,
    );
    return;
  }
  give(
    {
      json: fields,
      lines: [`version ${version} of ${network} was in force before; nothing has changed`],
      next: ['for a change: entente topology sign, then publish it'],
    },
    json,
  );
}
