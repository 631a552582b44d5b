import type { MutationPatch, PatchList } from '../patch.ts';

const backup = (path: string): string => `packages/pki/src/node/backup/${path}`;
const backedUp = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/backup.test.ts',
  title,
});
const imported = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/import-lists.test.ts',
  title,
});

/** That a backup is whole, and that a restore brings back the authority that was backed up, and replaces no other. */
export const patches: PatchList = {
  name: 'backup',
  list: [
    {
      name: 'one-moment',
      off: 'a backup is kept although a file changed while the database was copied',
      file: backup('write-backup.ts'),
      find: 'if (!isSame(before, after)) return undefined;',
      replace: '',
      test: backedUp(
        'is taken again where a file has changed while the database was copied, so that all is of one moment',
      ),
    },
    {
      name: 'root-key',
      off: 'the key of the root is part of each backup',
      file: backup('backup-path.ts'),
      find: '  authorityFiles.rootKey,\n',
      replace: '',
      test: backedUp('has the key of no root, nor logs, nor what is beside the database'),
    },
    {
      name: 'key-of-the-next-root',
      off: 'the key of the next root is part of each backup',
      file: backup('backup-path.ts'),
      find: ' || nextRootKey.test(path)',
      replace: '',
      test: backedUp('has the key of no root, nor logs, nor what is beside the database'),
    },
    {
      name: 'beside-the-folder',
      off: 'a backup is written into the folder that it is a copy of, and is part of the next one',
      file: backup('write-backup.ts'),
      find: 'if (isInside(directory, to)) throw inside(to);',
      replace: '',
      test: backedUp('is not written into the folder that it is a copy of'),
    },
    {
      name: 'hashes',
      off: 'a file is restored that is not the one of the manifest',
      file: backup('restore-backup.ts'),
      find: 'if (size !== bytes || (await hashOfFile(target)) !== sha256)',
      replace: 'if (size < 0 && (await hashOfFile(target)) !== sha256 && bytes < 0)',
      test: backedUp(
        'is refused where a file is not the one of the manifest, or is missing; then nothing was changed',
      ),
    },
    {
      name: 'plain-files',
      off: 'a pipe in the place of a file of the backup holds the restore up for ever',
      file: backup('restore-backup.ts'),
      find: 'if (!found.isFile() || found.size !== bytes)',
      replace: 'if (found.isDirectory())',
      test: backedUp('opens no pipe and follows no link in the place of a file'),
    },
    {
      name: 'other-authority',
      off: 'a backup takes the place of the authority of somebody else',
      file: backup('restore-backup.ts'),
      find: '    if (present !== undefined) await refuseOtherAuthority(authorityFolder(draft), present);\n',
      replace: '',
      test: backedUp('does not put the authority of somebody else in the place of the one that is there'),
    },
    {
      name: 'put-back',
      off: 'a restore that fails at its last step leaves no authority at all',
      file: backup('restore-backup.ts'),
      find: 'if (setAside !== undefined) await rename(setAside, directory);',
      replace: '',
      test: backedUp(
        'puts the folder back that it had set aside, where the restored one cannot take its place',
      ),
    },
    {
      name: 'old-holds',
      off: 'an old list puts a certificate on hold that was released since',
      file: backup('import-lists.ts'),
      find: "holds || reason !== 'certificateHold'",
      replace: "holds || reason !== 'unspecified'",
      test: imported('put nothing on hold again that was released before the backup, or in a newer list'),
    },
    {
      name: 'paths',
      off: 'a manifest may name a file outside of the folder',
      file: backup('manifest.ts'),
      find: 'isRestorablePath(path) &&',
      replace: '(isRestorablePath(path) || true) &&',
      test: backedUp('is refused where the manifest leads out of the folder, or lacks the database'),
    },
    {
      name: 'not-empty',
      off: 'a restore replaces a folder without a word',
      file: backup('restore-backup.ts'),
      find: 'if (!isEmpty && !replace) throw notEmpty(directory);',
      replace: 'if (!isEmpty && !replace && directory.length === 0) throw notEmpty(directory);',
      test: backedUp('does not touch a folder with files, unless it is to be replaced: then it is kept'),
    },
    {
      name: 'whose-list',
      off: 'a list counts that no key of this authority has signed',
      file: backup('import-lists.ts'),
      find: 'find((one) => isSignedBy(list, one))',
      replace: 'find((one) => isSignedBy(list, one) || one.version === 3)',
      test: imported('count only where the key of this authority has signed them'),
    },
    {
      name: 'running-authority',
      off: 'the folder of a running authority is replaced',
      file: 'packages/store-sql/src/check-database.ts',
      find: "if (error instanceof PkiFault && error.code === 'ENTENTE_PKI_LEDGER_LOCKED') throw error;",
      replace: "if (error instanceof PkiFault && error.code === 'ENTENTE_PKI_LEDGER_CLOSED') throw error;",
      test: {
        file: 'packages/store-sql/test/copy.test.ts',
        title: 'is in use while a store has it open, and not after',
      },
    },
    {
      name: 'copy-in-turn',
      off: 'a copy of the database has what was asked for later',
      file: 'packages/store-sql/src/queue/batch-queue.ts',
      find: 'for (const action of this.#between.splice(0)) await action();\n      if (this.#waiting.length === 0) continue;',
      replace: 'if (this.#waiting.length === 0) await this.#between.shift()?.();',
      test: {
        file: 'packages/store-sql/test/copy.test.ts',
        title: 'has everything that was acknowledged before, and nothing that was asked for later',
      },
    },
    {
      name: 'accounts-elsewhere',
      off: 'a restore says to import old accounts into another database than that of the authority',
      file: 'packages/commands/src/commands/ca-restore.ts',
      find: 'const isHere = accounts === undefined;',
      replace: 'const isHere = true;',
      test: {
        file: 'packages/commands/test/restore.test.ts',
        title: 'imports no accounts where they are in another database than that of the authority',
        inOrder: true,
      },
    },
    {
      name: 'unreadable-file',
      off: 'where a file of the authority cannot be read, the place of the backup is blamed',
      file: backup('write-backup.ts'),
      find: 'if (path !== undefined && isInside(directory, path))',
      replace: 'if (path === directory)',
      test: backedUp('names the file of the authority that cannot be read, and whose it must be'),
    },
    {
      name: 'owner-of-the-folder',
      off: 'what root creates in the folder of an authority that runs as another user belongs to root',
      file: 'packages/pki/src/node/owner.ts',
      find: 'await file.chown(owner.uid, owner.gid);',
      replace: '',
      test: {
        file: 'packages/commands/test/folder-owner.test.ts',
        title: 'leaves nothing there that the authority, which runs as another user, cannot read',
      },
    },
    {
      name: 'folders-of-the-owner',
      off: 'a folder that root creates in that of an authority belongs to root',
      file: 'packages/pki/src/node/create-folder.ts',
      find: 'if (owner === undefined) continue;',
      replace: 'if (created !== "" || owner === undefined) continue;',
      test: {
        file: 'packages/commands/test/folder-owner.test.ts',
        title: 'leaves nothing there that the authority, which runs as another user, cannot read',
      },
    },
    {
      name: 'new-root-for-nobody',
      off: 'the key of a new root belongs to who has the folder above its own',
      file: 'packages/pki/src/node/owner.ts',
      find: "if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;",
      replace:
        "if ((error as NodeJS.ErrnoException).code === 'ENOENT') return await ownerOf((await import('node:path')).dirname(folder));",
      test: {
        file: 'packages/commands/test/folder-owner.test.ts',
        title: 'gives the key of a root, whose folder it creates, to nobody',
      },
    },
    {
      name: 'orders-for-the-owner',
      off: 'everybody on the machine may send commands to the authority',
      file: 'packages/host/src/local-orders/serve-local-orders.ts',
      find: 'const umask = process.umask(othersMask);',
      replace: 'const umask = process.umask(othersMask & 0);',
      test: {
        file: 'packages/host/src/local-orders/local-orders.test.ts',
        title: 'are taken from its owner alone from the first moment of the socket, whatever the umask is',
      },
    },
  ],
};
