import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OperatorFault, sendLocalOrder } from '@entente/host';
import {
  ordersSocket,
  refuseBackupFolder,
  rootKeysIn,
  type SignedBackup,
  writeBackup,
} from '@entente/pki/node';
import { databaseFile } from '@entente/store-sql';
import { escapeInvisible, shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type AuthorityNames, authorityNamesOf } from '../authority/authority-names.ts';
import { timeText } from '../authority/certificates.ts';
import { openStopped } from '../authority/open-stopped-authority.ts';
import { refuseWhereItRunsElsewhere } from '../authority/refuse-while-authority-runs.ts';
import { leftDrafts } from '../authority/unfinished-backups.ts';
import { groupCommand } from '../group-command.ts';
import { Progress } from '../progress.ts';
import { counted, give } from '../topology/answer.ts';

interface CaBackupOptions {
  readonly config: string;
  readonly to: string;
  readonly json?: boolean;
}

/**
 * Adds `entente ca backup`: a copy of all that an authority needs.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = groupCommand(program, 'ca');
  ca.command('backup')
    .summary('back up the authority, also while it runs')
    .description(
      'Writes everything that the authority needs into a new folder, as it was at one moment: database, keys of the issuing authorities and of the pools, topologies, and the configuration where it is in the folder of the authority; one elsewhere, like /etc/entente/authority-server.yaml, is not in it. Run it on the authority’s host; a running authority writes it itself, as its own user. Each file has mode 0600. Anyone who has it can act as the authority, so encrypt it before it leaves the machine. The key of no root is in it. It is signed by a key that is in the folder of the authority and in no backup: keep its hash, which entente ca restore takes with --signer.',
    )
    .requiredOption('--to <folder>', 'the folder to be written; it does not exist yet')
    .option('--config <file>', 'configuration of the authority', 'ca/authority.yaml')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente ca backup --to backups/2026-11-27 --config ca/authority.yaml',
    )
    .action(run);
}

async function run({ config, json, to: named }: CaBackupOptions): Promise<void> {
  const names = await authorityNamesOf(config);
  const { directory } = names;
  const to = resolve(named);
  const { files, isRunning, signer, signerUnsaved, takenAt, unrecorded } = await write(names, to, json);
  if (unrecorded !== undefined)
    process.stderr.write(
      `${escapeInvisible(`the backup is complete; the audit trail of the authority does not have that it was written: ${unrecorded}`)}\n`,
    );
  if (signerUnsaved !== undefined)
    process.stderr.write(
      `${escapeInvisible(`the key that has signed this backup could not be kept, so that the next one has another key: ${signerUnsaved}`)}\n`,
    );
  const secrets = files.filter(({ secret }) => secret).map(({ path }) => path);
  give(
    {
      json: {
        to,
        takenAt: new Date(takenAt).toISOString(),
        files,
        running: isRunning,
        recorded: unrecorded === undefined,
        ...(signer === undefined ? {} : { signer }),
      },
      lines: [
        `backed up ${counted(files.length, 'file')} to ${to}, as ${isRunning ? 'the running' : 'the stopped'} authority was at ${timeText(takenAt)}`,
        `secret: ${secrets.join(', ')}`,
        signer === undefined
          ? 'not signed: the running authority is of an earlier release'
          : `signed by ${signer}`,
      ],
      next: [
        ...(await leftDrafts(dirname(to))),
        'encrypt it, and take it to another machine: anyone who has it can act as the authority',
        ...(await rootKeysIn(directory)).map(
          (key) => `move ${key} to storage that no network reaches: it is not in the backup`,
        ),
        ...(signer === undefined
          ? []
          : ['keep the hash after "signed by" where nobody can change it with the backup']),
        `to restore it: entente ca restore ${shellWord(named)} --directory ${shellWord(directory)} ${signer === undefined ? '--unverified' : `--signer ${signer}`}`,
      ],
    },
    json,
  );
}

async function write(
  names: AuthorityNames,
  to: string,
  json: boolean | undefined,
): Promise<Written & { readonly isRunning: boolean }> {
  using progress = new Progress(json);
  progress.show('writing the backup');
  const answer = await sendLocalOrder(join(names.directory, ordersSocket), { order: 'backup', to });
  if (answer !== undefined) return { ...(answer as Written), isRunning: true };
  return { ...(await ofStopped(names, to, progress)), isRunning: false };
}

/** A backup that was written. */
interface Written extends Omit<SignedBackup, 'signer'> {
  /** Absent where the running authority is of a release that signs none. */
  readonly signer?: string;
  /** Why the audit trail does not have that it was written. */
  readonly unrecorded?: string;
}

/** The certificate of the root: the last file that the creation of an authority writes. */
const rootCertificate = 'root_ca.crt';

/** Codes of an audit trail that takes nothing now, e.g. because the disk is full. */
const takesNothing: ReadonlySet<unknown> = new Set([
  'ENTENTE_PKI_AUDIT_UNAVAILABLE',
  'ENTENTE_PKI_LEDGER_UNAVAILABLE',
]);

/** A database would be created in it, and its backup would restore nothing. */
async function refuseWithoutAuthority(directory: string): Promise<void> {
  for (const name of [rootCertificate, databaseFile]) {
    const place = join(directory, name);
    const isThere = await access(place).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
    );
    if (isThere || (name === databaseFile && (await hasEarlierLedger(directory)))) continue;
    throw new OperatorFault('ENTENTE_NO_AUTHORITY', {
      sentence: 'the folder has no authority that could be backed up: this file of it is missing',
      place,
      remedy:
        'name the configuration of the authority with --config; where its folder was deleted or moved while it runs, do not restart it, and put the folder back',
    });
  }
}

/** What an authority of an earlier release has in the place of its database. */
function hasEarlierLedger(directory: string): Promise<boolean> {
  return access(join(directory, 'ledger.jsonl')).then(
    () => true,
    () => false,
  );
}

async function ofStopped(names: AuthorityNames, to: string, progress: Progress): Promise<Written> {
  const { directory } = names;
  await refuseBackupFolder(directory);
  await refuseWithoutAuthority(directory);
  await refuseWhereItRunsElsewhere(names);
  await using store = await openStopped(directory);
  const database = { file: databaseFile, copyTo: (file: string) => store.copyTo(file) };
  const details = { to: to.slice(0, 500) };
  const record = (
    action: 'backup-ordered' | 'backup-written',
    more: { readonly files?: number } = {},
  ): Promise<void> => {
    const entry = { actor: 'authority', action, outcome: 'done', details: { ...details, ...more } } as const;
    return store.audit.record({ at: Date.now(), ...entry });
  };
  // Before: no copy of the keys exists of which the trail knows nothing. One on another disk may be all that is left of an authority whose disk is full.
  const onBegin = (): Promise<void> =>
    record('backup-ordered').catch((fault: { readonly code?: unknown }) => {
      if (!takesNothing.has(fault.code)) throw fault;
    });
  const onProgress = (files: number): void =>
    progress.show(files === 0 ? 'copying the database' : `copied ${counted(files, 'file')}`);
  const manifest = await writeBackup({ directory, to, database, now: Date.now, onBegin, onProgress });
  try {
    await record('backup-written', { files: manifest.files.length });
    return manifest;
  } catch (fault) {
    // It is complete, whatever has failed since.
    return { ...manifest, unrecorded: (fault as Error).message };
  }
}
