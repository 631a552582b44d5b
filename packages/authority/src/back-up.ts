import { type SignedBackup, writeBackup } from '@entente/pki/node';
import { databaseFile, type SqlStore } from '@entente/store-sql';
import type { Log } from '@entente/tls';
import type { AuditLog } from './audit/audit-log.ts';
import { faultFields } from './fault-fields.ts';

/** A backup that is complete. */
export interface WrittenBackup extends SignedBackup {
  /** Why the audit trail has that it was ordered, and not that it was written; absent where it has both. */
  readonly unrecorded?: string;
}

/** What a backup is written from. */
export interface BackUpOptions {
  /** Folder of the authority. */
  readonly directory: string;
  readonly store: Pick<SqlStore, 'copyTo'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, 'error' | 'info'>;
}

/**
 * Writes backups of a running authority, and records each.
 * @param options - folder, database and audit trail
 * @returns writes one into a folder that does not exist yet
 */
export function backUpTo(options: BackUpOptions): (to: string) => Promise<WrittenBackup> {
  const { audit, directory, log, now, store } = options;
  const database = { file: databaseFile, copyTo: (file: string) => store.copyTo(file) };
  const entry = { actor: 'authority', outcome: 'done' } as const;
  return async (to) => {
    const details = { to: to.slice(0, 500) };
    // Before: no copy of the keys exists of which the trail knows nothing.
    const onBegin = () => audit.record({ ...entry, action: 'backup-ordered', details });
    const manifest = await writeBackup({ directory, to, database, now, onBegin });
    const files = manifest.files.length;
    log.info({ event: 'backup', to, files, signer: manifest.signer }, `a backup was written to ${to}`);
    try {
      await audit.record({ ...entry, action: 'backup-written', details: { ...details, files } });
      return manifest;
    } catch (fault) {
      // The backup is complete, whatever has failed since; the trail has a part of its own in the health of the authority.
      const { message: unrecorded } = fault as Error;
      log.error(
        { event: 'backup-not-recorded', to, ...faultFields(fault) },
        `the audit trail does not have that the backup was written to ${to}: ${unrecorded}`,
      );
      return { ...manifest, unrecorded };
    }
  };
}
