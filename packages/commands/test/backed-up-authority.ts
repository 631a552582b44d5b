import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

/** An authority of contoso.example, which does not run, and a backup of it. */
export interface BackedUpAuthority extends AsyncDisposable {
  readonly folder: string;
  /** Folder of the authority. */
  readonly ca: string;
  /** Folder of the backup. */
  readonly backup: string;
  /** What the command that made the backup has answered. */
  readonly taken: Awaited<ReturnType<typeof answerOf>>;
  /** The option that names the key which signs backups of this authority. */
  readonly signed: string;
}

/** Makes both in a folder of their own. */
export async function backedUpAuthority(): Promise<BackedUpAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-ca-backup-'));
  const ca = await makeAuthority(folder);
  const backup = join(folder, 'backups', '2026-11-27');
  const taken = await answerOf(`ca backup --to ${backup} --config ${join(ca, 'authority.yaml')}`);
  return {
    folder,
    ca,
    backup,
    taken,
    signed: `--signer ${taken.json.signer}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
