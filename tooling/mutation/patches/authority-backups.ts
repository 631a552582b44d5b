import type { MutationPatch, PatchList } from '../patch.ts';

const lostDatabase = (title: string): MutationPatch['test'] => ({
  file: 'packages/store-sql/test/lost-database.test.ts',
  title,
});

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
      find: 'if (isInside(directory, to)) throw inside(to);\n  await refuseExisting(to);\n  await refuseIncomplete(directory);\n  await options.onBegin?.();',
      replace:
        'await options.onBegin?.();\n  if (isInside(directory, to)) throw inside(to);\n  await refuseExisting(to);\n  await refuseIncomplete(directory);',
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
    {
      name: 'backup-as-authority',
      off: 'a copy of a backup runs as the authority: numbers of lists are given twice, and what was revoked since is valid',
      file: 'packages/pki/src/node/refuse-backup-folder.ts',
      find: 'if (!isBackup) return;',
      replace: 'return;',
      test: {
        file: 'packages/pki/test/initialise.test.ts',
        title:
          'refuses a backup: what was revoked since would be valid, and numbers of lists would be given twice',
      },
    },
    {
      name: 'lost-database',
      off: 'an authority whose database is gone begins an empty one, and takes every revocation back',
      file: 'packages/store-sql/src/open-database.ts',
      find: 'await refuseNewDatabase(directory, file);',
      replace: '',
      test: lostDatabase(
        'is not begun once more where it is gone, or was emptied: what was revoked would be valid',
      ),
    },
    {
      name: 'emptied-database',
      off: 'an authority takes a database without records for its own',
      file: 'packages/store-sql/src/open-database.ts',
      find: 'await refuseWithoutRecords(driver, directory);',
      replace: '',
      test: lostDatabase('is not taken where it has the tables and nothing in them'),
    },
    {
      name: 'emptied-ledger',
      off: 'an authority whose ledger was emptied takes every revocation back',
      file: 'packages/pki/src/node/ledger-file/open-ledger-file.ts',
      find: 'await refuseWithoutRecords(directory, path);',
      replace: '',
      test: {
        file: 'packages/pki/test/service-authority.test.ts',
        title: 'is open in one process at a time, and not without its ledger',
      },
    },
    {
      name: 'overwritten-keys',
      off: 'an authority is created over one whose certificate of the root is gone, and overwrites its keys',
      file: 'packages/pki/src/node/creation-mark.ts',
      find: 'if (!isUnfinished && left !== undefined) throw withoutRoot(directory, left);',
      replace: '',
      test: {
        file: 'packages/pki/test/initialise.test.ts',
        title:
          'overwrites no authority whose certificate of the root is gone: the key of the issuing authority is there',
      },
    },
    {
      name: 'used-ledger',
      off: 'an authority is created over the ledger of another one',
      file: 'packages/pki/src/node/initialise-authority.ts',
      find: 'await creation.refuseUsed(ledger);',
      replace: '',
      test: {
        file: 'packages/pki/test/initialise.test.ts',
        title: 'begins nothing beside a ledger that has been used',
      },
    },
    {
      name: 'backup-without-the-key',
      off: 'a backup is written that lacks the key of the issuing authority, and takes the place of those that have it',
      file: 'packages/pki/src/node/backup/write-backup.ts',
      find: 'await refuseIncomplete(directory);',
      replace: '',
      test: {
        file: 'packages/pki/test/incomplete-backup.test.ts',
        title: 'is not backed up without intermediate_ca.key, and is once that is back',
      },
    },
    {
      name: 'key-that-is-gone',
      off: 'an authority whose key was deleted is well until it is restarted, and then it is gone',
      file: 'packages/authority/src/health/kept-files.ts',
      find: '[...(await missingFiles(directory))',
      replace: '[...(await missingFiles(directory)).slice(0, 0)',
      test: {
        file: 'packages/authority/src/health/kept-files.test.ts',
        title: 'are in its health and once in its log while they are gone, with the remedy not to restart it',
      },
    },
    {
      name: 'never-looks-again',
      off: 'an authority never looks whether the files are there with which it is started',
      file: 'packages/authority/src/upkeep.ts',
      find: '        () => authority.files.look(),\n',
      replace: '',
      test: {
        file: 'packages/authority/src/upkeep.test.ts',
        title: 'is done to its end where parts of it fail: each is in the log, and the first in the health',
      },
    },
  ],
};
