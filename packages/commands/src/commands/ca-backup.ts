import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { sendLocalOrder } from '@entente/host';
import { authorityFiles, type BackupManifest, ordersSocket, writeBackup } from '@entente/pki/node';
import { databaseFile, openStore } from '@entente/store-sql';
import type { Command } from 'commander';
import { authorityNamesOf } from '../authority/authority-names.ts';
import { timeText } from '../authority/certificates.ts';
import { leftDrafts } from '../authority/left-drafts.ts';
import { groupCommand } from '../group-command.ts';
import { counted, give } from '../topology/answer.ts';
import { exists } from '../topology/read-topology.ts';

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
      'Writes everything that the authority needs into a new folder, as it was at one moment: database, keys of the issuing authorities and of the pools, topologies, and the configuration where it is in the folder of the authority; one elsewhere, like /etc/entente/authority-server.yaml, is not in it. Run it on the authority’s host; a running authority writes it itself, as its own user. Each file has mode 0600. Anyone who has it can act as the authority, so encrypt it before it leaves the machine. The key of no root is in it.',
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
  const { directory } = await authorityNamesOf(config);
  const to = resolve(named);
  const answer = await sendLocalOrder(join(directory, ordersSocket), { order: 'backup', to });
  const { files, takenAt } = (answer as BackupManifest | undefined) ?? (await ofStopped(directory, to));
  const secrets = files.filter(({ secret }) => secret).map(({ path }) => path);
  give(
    {
      json: { to, takenAt: new Date(takenAt).toISOString(), files, running: answer !== undefined },
      lines: [
        `backed up ${counted(files.length, 'file')} to ${to}, as ${answer === undefined ? 'the stopped' : 'the running'} authority was at ${timeText(takenAt)}`,
        `secret: ${secrets.join(', ')}`,
      ],
      next: [
        ...(await leftDrafts(dirname(to))),
        'encrypt it, and take it to another machine: anyone who has it can act as the authority',
        ...(await rootKeysIn(directory)).map(
          (key) => `move ${key} to storage that no network reaches: it is not in the backup`,
        ),
        `to restore it: entente ca restore ${named} --directory ${directory}`,
      ],
    },
    json,
  );
}

/** The key of the first root, and those of the next ones. */
async function rootKeysIn(directory: string): Promise<readonly string[]> {
  const first = join(directory, authorityFiles.rootKey);
  const roots = join(directory, 'roots');
  const next = (await readdir(roots).catch(() => [])).filter((name) => /^[0-9]+\.key$/.test(name));
  return [...((await exists(first)) ? [first] : []), ...next.sort().map((name) => join(roots, name))];
}

/** The database's own lock says whether the authority is stopped. */
async function ofStopped(directory: string, to: string): Promise<BackupManifest> {
  await using store = await openStore(directory);
  const database = { file: databaseFile, copyTo: (file: string) => store.copyTo(file) };
  const entry = { actor: 'authority', outcome: 'done' } as const;
  const details = { to: to.slice(0, 500) };
  // Before: no copy of the keys exists of which the trail knows nothing.
  await store.audit.record({ at: Date.now(), ...entry, action: 'backup-ordered', details });
  const manifest = await writeBackup({ directory, to, database, now: Date.now });
  const files = manifest.files.length;
  await store.audit.record({
    at: Date.now(),
    ...entry,
    action: 'backup-written',
    details: { ...details, files },
  });
  return manifest;
}
