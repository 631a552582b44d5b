import type { PatchList } from '../patch.ts';

/** That the trail of an authority has each backup, and that one on a full disk is none. */
export const patches: PatchList = {
  name: 'authority-backups',
  list: [
    {
      name: 'backup-recorded-first',
      off: 'a copy of all keys of an authority exists of which its audit trail knows nothing',
      file: 'packages/authority/src/back-up.ts',
      find: 'const manifest = await writeBackup({ directory, to, database, now, onBegin });',
      replace: 'const manifest = await writeBackup({ directory, to, database, now });\n      void onBegin;',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: a backup is written only once the trail has that it was ordered',
        inOrder: true,
      },
    },
    {
      name: 'backup-of-the-stopped',
      off: 'a copy of all keys of a stopped authority exists of which its audit trail knows nothing',
      file: 'packages/commands/src/commands/ca-backup.ts',
      find: 'const manifest = await writeBackup({ directory, to, database, now: Date.now, onBegin, onProgress });',
      replace:
        'const manifest = await writeBackup({ directory, to, database, now: Date.now, onProgress });\n  void onBegin;',
      test: {
        file: 'packages/commands/test/backup.test.ts',
        title:
          'has in the audit trail of the stopped authority that it was ordered, also in the copy, and that it was written',
      },
    },
    {
      name: 'backup-checked-first',
      off: 'the audit trail has that a backup was ordered which was refused at once',
      file: 'packages/pki/src/node/backup/write-backup.ts',
      find: 'if (isInside(directory, to)) throw inside(to);\n  await refuseExisting(to);\n  await options.onBegin?.();',
      replace:
        'await options.onBegin?.();\n  if (isInside(directory, to)) throw inside(to);\n  await refuseExisting(to);',
      test: {
        file: 'packages/commands/test/backup-full-disk.test.ts',
        title:
          'leaves no record of an order where something has its name already, or it would be in the folder of the authority',
      },
    },
    {
      name: 'backup-on-a-full-disk',
      off: 'a stopped authority whose disk is full cannot be backed up to another disk',
      file: 'packages/commands/src/commands/ca-backup.ts',
      find: 'if (!takesNothing.has(fault.code)) throw fault;',
      replace: 'throw fault;',
      test: {
        file: 'packages/commands/test/backup-full-disk.test.ts',
        title: 'is written all the same, and says so',
      },
    },
    {
      name: 'backup-complete-unrecorded',
      off: 'a backup that is complete is reported as failed where its end could not be recorded',
      file: 'packages/commands/src/commands/ca-backup.ts',
      find: 'return { ...manifest, unrecorded: (fault as Error).message };',
      replace: 'throw fault;',
      test: {
        file: 'packages/commands/test/backup-full-disk.test.ts',
        title: 'is complete where only its end could not be recorded',
      },
    },
    {
      name: 'backup-of-a-running-one',
      off: 'a backup that is complete is reported as failed where the trail of a running authority could not take its end',
      file: 'packages/authority/src/back-up.ts',
      find: 'return { ...manifest, unrecorded };',
      replace: 'throw fault;',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: a backup is written only once the trail has that it was ordered',
      },
    },
  ],
};
