import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority, restoreBackup, writeBackup } from '@entente/pki/node';
import { authorityFolder } from '../src/node/authority-folder.ts';
import { presentBackupKey } from '../src/node/backup/backup-key.ts';
import { signatureFile, signManifest } from '../src/node/backup/backup-signature.ts';
import { memoryLedgers } from './memory-ledgers.ts';

export const takenAt = Date.UTC(2026, 10, 27, 3);
export const restoredAt = Date.UTC(2026, 10, 28, 4, 5, 6);
export const databaseFile = 'authority.sqlite';

/** An authority with files that no program of ours has written, and the place for a backup of it. */
export interface BackupScene {
  /** Everything else is in it. */
  readonly folder: string;
  /** Of the authority. */
  readonly directory: string;
  /** The backup. */
  to: string;
  /** Hash of the key of the last backup. */
  signer: string | undefined;
  /** @param meanwhile - what happens while the database is copied */
  backup(meanwhile?: (attempt: number) => Promise<void>): ReturnType<typeof writeBackup>;
  /** Restores it as one that `signer` has signed, where `changes` say nothing else. */
  restore(into: string, changes?: object): ReturnType<typeof restoreBackup<string>>;
  manifest(): Promise<{ readonly files: readonly { readonly path: string }[] }>;
  /** Exchanges the manifest, as the authority itself would. */
  writeManifest(manifest: object): Promise<void>;
  close(): Promise<void>;
}

export async function backupScene(): Promise<BackupScene> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-backup-'));
  const directory = join(folder, 'ca');
  await initialiseAuthority({
    directory,
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl: 'http://ca.contoso.example',
    now: takenAt,
    openLedger: memoryLedgers(),
    administrators: ['alice'],
  });
  await writeFile(join(directory, 'authority.yaml'), 'domain: contoso.example\n');
  await writeFile(join(directory, 'authority.yaml.log'), '{}\n');
  await writeFile(join(directory, databaseFile), 'database', { mode: 0o600 });
  await writeFile(join(directory, `${databaseFile}-wal`), 'log');
  const scene: BackupScene = {
    folder,
    directory,
    to: join(folder, 'backups', 'first'),
    signer: undefined,
    async backup(meanwhile = async () => {}) {
      let attempt = 0;
      const copyTo = async (file: string) => {
        await writeFile(file, 'database', { flag: 'wx', mode: 0o600 });
        await meanwhile(++attempt);
      };
      const database = { file: databaseFile, copyTo };
      const taken = await writeBackup({ directory, to: scene.to, database, now: () => takenAt });
      scene.signer = taken.signer;
      return taken;
    },
    restore: (into, changes = {}) =>
      restoreBackup({
        from: scene.to,
        directory: into,
        replace: false,
        signer: scene.signer,
        databaseFile,
        prepare: async () => 'prepared',
        now: () => restoredAt,
        ...changes,
      }),
    manifest: async () => JSON.parse(await readFile(join(scene.to, 'manifest.json'), 'utf8')),
    async writeManifest(manifest) {
      const text = JSON.stringify(manifest);
      const key = await presentBackupKey(authorityFolder(directory));
      if (key === undefined) throw new Error('the authority has no key for backups');
      await writeFile(join(scene.to, 'manifest.json'), text);
      await writeFile(join(scene.to, signatureFile), signManifest(text, key));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return scene;
}

/** Whether this test may mount a file system: as root, and not in every container. */
export function mayMount(): boolean {
  const size = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', tmpdir()];
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', ...size]).status === 0;
}
