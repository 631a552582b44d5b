import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import {
  backupKeyFile,
  type ImportedLists,
  importLists,
  refuseSharedPlace,
  restoreBackup,
  rootKeysSetAside,
} from '@entente/pki/node';
import { accountsNotedAt, checkDatabase, databaseFile, holdDatabase, openLedger } from '@entente/store-sql';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { namedSigner, type SignerOptions, signerLine } from '../authority/backup-signer.ts';
import { timeText } from '../authority/certificates.ts';
import { listLines, untoldIssuers } from '../authority/restored-lists.ts';
import { leftDrafts } from '../authority/unfinished-backups.ts';
import { groupCommand } from '../group-command.ts';
import { Progress } from '../progress.ts';
import { readNamed } from '../read-named-file.ts';
import { counted, give } from '../topology/answer.ts';
import { exists } from '../topology/read-topology.ts';

interface CaRestoreOptions extends SignerOptions {
  readonly directory: string;
  readonly lists: readonly string[];
  readonly replace?: boolean;
  readonly listNumberAbove?: string;
  readonly json?: boolean;
}

/** Far above the milliseconds since 1970, and far below where one more is no other number any more (2⁵³). */
const maxListNumber = 2 ** 52;
/** The largest list that members fetch has 64 MiB; in PEM a third more, and a file may have several. */
const maxListFileBytes = 268_435_456;

/**
 * Adds `entente ca restore`: puts a backup in the place of an authority.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = groupCommand(program, 'ca');
  ca.command('restore')
    .summary('restore the authority from a backup')
    .description(
      'Verifies a backup of entente ca backup, and puts it in place: it must be signed by the key that you name with --signer, or else by that of the folder which is replaced. No authority of this network may run, here or elsewhere. At its next start the authority makes its numbers jump ahead of what any member has seen, and adopts certificates that it has issued since the backup when they are presented. What was revoked since is taken from the lists that members have: name the file revocation.crl of at least one with --lists, copied before the authority starts again.',
    )
    .argument('<backup>', 'the folder that entente ca backup has written')
    .option('--directory <folder>', 'folder of the authority; it does not exist, or is empty', 'ca')
    .option(
      '--lists <file>',
      'revocation lists of a member, e.g. its revocation.crl, with what was revoked since; repeatable',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--signer <hash>', 'the key that has signed the backup, as entente ca backup printed it')
    .option(
      '--unverified',
      'restore a backup of which nothing says that this authority has written it, e.g. one of an earlier release; you know it in another way',
    )
    .option(
      '--replace',
      'set the folder that is there aside, under another name, with a key of the root that is in it',
    )
    .option('--list-number-above <number>', 'number of a list that a member has, where the clocks were wrong')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente ca restore backups/2026-11-27 --directory ca --replace --signer 5f0c…d1 --lists fe1.contoso.example/revocation.crl',
    )
    .action(run);
}

async function run(backup: string, options: CaRestoreOptions): Promise<void> {
  await refuseMissing(backup);
  const directory = resolve(options.directory);
  // Before the lock: to take it opens the database that is there, which would be that of the backup.
  await refuseSharedPlace(backup, directory);
  const above = numberOf(options.listNumberAbove);
  const named = namedSigner(options);
  const files = await Promise.all(options.lists.map(readLists));
  const present = join(directory, databaseFile);
  // While it is held, an authority that is started again meanwhile is refused, and so is a second restore.
  await using held = options.replace === true && (await exists(present)) ? await holdDatabase(present) : null;
  using progress = new Progress(options.json);
  const { manifest, prepared, setAside, signer, verified } = await restoreBackup({
    from: resolve(backup),
    directory,
    replace: options.replace === true,
    signer: named,
    unverified: options.unverified,
    above,
    databaseFile,
    now: Date.now,
    onProgress: ({ bytes, files, of }) =>
      progress.show(`copied ${files} of ${counted(of, 'file')}, ${bytes} bytes`),
    async prepare(folder) {
      progress.show('checking the database');
      await checkDatabase(join(folder, databaseFile));
      await using ledger = await openLedger(folder);
      progress.show('reading the revocation lists');
      return await importLists(folder, ledger, files);
    },
    beforeSetAside: async () => held?.[Symbol.asyncDispose](),
  });
  progress[Symbol.dispose]();
  const takenAt = timeText(manifest.takenAt);
  const rootKeys = await rootKeysSetAside(directory);
  const now = Date.now();
  give(
    {
      json: {
        directory,
        takenAt: new Date(manifest.takenAt).toISOString(),
        verified,
        ...(signer === undefined ? {} : { signer }),
        ...(setAside === undefined ? {} : { setAside }),
        rootKeys,
        ...prepared,
      },
      lines: [
        `restored ${counted(manifest.files.length, 'file')} to ${directory}: the authority as it was at ${takenAt}`,
        signerLine({ verified, ...(signer === undefined ? {} : { signer }) }),
        ...(setAside === undefined ? [] : [`what was there before is in ${setAside}`]),
        ...rootKeys.map((key) => `the key of the root is in ${key}`),
        ...listLines(prepared, takenAt, now),
      ],
      next: [
        ...rootKeys.map(
          (key) =>
            `move ${key} to storage that no network reaches, before you remove its folder: no backup has it`,
        ),
        ...(await leftDrafts(dirname(await realpath(directory)))),
        ...(await ownerOf(setAside, directory)),
        ...nextSteps(prepared, takenAt, await accountsAt(directory, setAside), now),
        ...((await exists(join(directory, backupKeyFile)))
          ? []
          : [
              'take a backup, and keep the hash that it prints: the key that signs backups is in none of them, and a new one is created',
            ]),
      ],
    },
    options.json,
  );
}

/** A path that is not there says nothing about the backup: it is another one, or the disk with it is not mounted. */
async function refuseMissing(backup: string): Promise<void> {
  if (await exists(backup)) return;
  throw new OperatorFault('ENOENT', {
    sentence: 'there is no such folder',
    place: backup,
    remedy: 'name the folder that entente ca backup has written; mount the disk that it is on',
  });
}

/** Files belong to who restores them; the authority reads only its own. */
async function ownerOf(setAside: string | undefined, directory: string): Promise<readonly string[]> {
  const { uid } = setAside === undefined ? { uid: undefined } : await stat(setAside);
  return uid === undefined || uid === process.getuid?.()
    ? []
    : [`give the folder to the user that it was of: chown -R ${uid} ${shellWord(directory)}`];
}

/** Where the accounts are: a backup from before they were moved does not say so, and what was there before does. */
async function accountsAt(directory: string, setAside: string | undefined): Promise<string | undefined> {
  const noted = await accountsNotedAt(directory);
  return noted ?? (setAside === undefined ? undefined : await accountsNotedAt(setAside));
}

/** @param accounts - where they are, if not in the restored database: then they are as they were last, and old ones would undo changes */
function nextSteps(
  imported: ImportedLists,
  takenAt: string,
  accounts: string | undefined,
  now: number,
): readonly string[] {
  const isHere = accounts === undefined;
  return [
    ...(untoldIssuers(imported, now).length === 0
      ? []
      : [
          `before the authority starts: restore once more, with --replace and --lists <folder of ${imported.lists.length === 0 ? 'a' : 'another'} member>/revocation.crl; a member gives its list up for the first one of the restored authority`,
          `otherwise repeat each entente cert revoke, cert release and cert block-key since ${takenAt}`,
        ]),
    ...(isHere
      ? [
          'where the accounts have been moved to PostgreSQL since: put "accounts" back into the configuration first, then neither copy nor import any; the backup has them as they were before, and the authority would serve those',
          'before the authority starts: copy accounts.jsonl from the folder of a front end, which has the accounts as they were last',
        ]
      : []),
    'start the authority',
    ...(imported.unknown.length === 0
      ? []
      : [
          `bring each answer of the root since ${takenAt} again, in their order, before the topologies: entente ca root accept <the answer of ca root prepare or ca root sign>; the backup knows nothing of a root or an issuing authority that it brought`,
        ]),
    // First: an account whose home was added since is refused without it.
    `publish each topology since ${takenAt} again, in the order of their versions: entente topology publish topology.v<version>.json`,
    isHere
      ? `accounts are as they were at ${takenAt}: take later changes from the copy, entente user import accounts.jsonl --replace`
      : `accounts are not in the backup but in ${accounts}, and as they were last: import nothing`,
    'order join tokens that were not used yet again: entente join-token',
    'entente status shows which members are not yet up to date',
  ];
}

async function readLists(file: string) {
  const content = await readNamed(file);
  if (content.length <= maxListFileBytes) return { place: file, content };
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected revocation lists of at most ${maxListFileBytes} bytes, found ${content.length}`,
    place: file,
    remedy: 'name the file revocation.crl of the folder of a member',
  });
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number <= maxListNumber) return number;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a whole number of at most ${maxListNumber}, found ${text.slice(0, 40)}`,
    place: 'option --list-number-above',
    remedy: 'give the number of a revocation list, as the log of a member has it',
  });
}
