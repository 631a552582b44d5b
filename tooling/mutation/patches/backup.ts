import type { MutationPatch, PatchList } from '../patch.ts';

const backup = (path: string): string => `packages/pki/src/node/backup/${path}`;
const restored = (path: string): string => `packages/authority/src/restored/${path}`;
const backedUp = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/backup.test.ts',
  title,
});
const started = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/restored.test.ts',
  title,
});
const underLoad = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/restore-under-load.test.ts',
  title,
});
const imported = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/import-lists.test.ts',
  title,
});
const over = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/restore-end.test.ts',
  title,
});

/** That a backup is whole, and that a restore brings nobody back who was revoked, and repeats no number. */
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
      name: 'list-numbers',
      off: 'the numbers of lists go on after those of the backup',
      file: restored('after-restore.ts'),
      find: 'await ledger.nextCrlNumber(id, number);',
      replace: 'await ledger.nextCrlNumber(id);',
      test: started('takes its numbers from the time, and each pool gets another key'),
    },
    {
      name: 'clock-behind',
      off: 'numbers are taken from a clock that is behind the backup',
      file: restored('after-restore.ts'),
      find: 'Math.max(now(), takenAt, restoredAt)',
      replace: 'now()',
      test: started('is not fooled by a clock that is behind, or by a number that is higher than the time'),
    },
    {
      name: 'state-numbers',
      off: 'the number that an administrator gives does not count for trust states',
      file: restored('after-restore.ts'),
      find: 'await raiseStateSequence(directory, number);',
      replace: 'await raiseStateSequence(directory, time);',
      test: started('takes the number that an administrator gives for states and bundles too'),
    },
    {
      name: 'end-by-a-look',
      off: 'one start with a clock that is ahead ends the time after a restore for good',
      file: 'packages/authority/src/open-domain-authority.ts',
      find: 'endsLater: true,',
      replace: '',
      test: over(
        'does not end because an authority starts with a clock that is ahead, or has one for a moment',
      ),
    },
    {
      name: 'end-by-a-jump',
      off: 'a clock that is ahead for a moment ends the time after a restore for good',
      file: restored('restore-end.ts'),
      find: "if (!this.#wait.look(due, time).has('over')) return;",
      replace: 'if (this.#wait.look(due, time).size === 0 && due.size === 0) return;',
      test: over(
        'does not end because an authority starts with a clock that is ahead, or has one for a moment',
      ),
    },
    {
      name: 'end-of-a-restore',
      off: 'the time after a restore never ends',
      file: 'packages/authority/src/upkeep.ts',
      find: '() => authority.restoreEnd.look(),',
      replace: '() => authority.restoreEnd,',
      test: over('ends once everything from before has expired for six hours'),
    },
    {
      name: 'waiting-issuer',
      off: 'lists of an issuing authority that was certified after the backup begin with 1 again',
      file: 'packages/authority/src/open-domain-authority.ts',
      find: ', ...(pending === undefined ? [] : [issuerId(pending.publicKey)])',
      replace: '',
      test: {
        file: 'apps/authority-server/test/restore.test.ts',
        title: 'gives the lists of the next issuing authority numbers that they had not, too',
        inOrder: true,
      },
    },
    {
      name: 'restored-long-enough',
      off: 'an authority that was restored while the clock was behind adopts nothing soon after',
      file: restored('restore-end.ts'),
      find: '{ jumpedAt }: RestoredMark',
      replace: '{ restoredAt: jumpedAt }: RestoredMark',
      test: started('ends no earlier because the clock was behind at the restore'),
    },
    {
      name: 'age-by-a-wrong-clock',
      off: 'certificates of an authority whose clock was ahead at the backup are revoked at once',
      file: restored('issued-since-backup.ts'),
      find: 'if (Math.min(now(), restoredAt) >= takenAt && leaf',
      replace: 'if (restoredAt >= takenAt && leaf',
      test: started('is not judged by its age where the clock shows that the time of the backup is wrong'),
    },
    {
      name: 'age-by-the-clock-of-before',
      off: 'certificates of an authority whose clock was ahead at the backup are revoked once that time has come',
      file: restored('issued-since-backup.ts'),
      find: 'if (Math.min(now(), restoredAt) >= takenAt && leaf',
      replace: 'if (now() >= takenAt && leaf',
      test: started(
        'is not judged by its age where the backup was brought back before it was made, however much later it is now',
      ),
    },
    {
      name: 'age-by-hours',
      off: 'certificates of an authority whose clock was ahead by a time zone at the backup are revoked at once',
      file: restored('issued-since-backup.ts'),
      find: 'const toleranceMs = 86_400_000;',
      replace: 'const toleranceMs = 3_600_000;',
      test: started(
        'is adopted where the clock was ahead by the hours of a time zone when the backup was made',
      ),
    },
    {
      name: 'adopted-names',
      off: 'a certificate is adopted with any names',
      file: restored('issued-since-backup.ts'),
      find: "one.issuer === 'enterprise' && sameCertificateNames(names, one)",
      replace: "one.issuer === 'enterprise' && (sameCertificateNames(names, one) || true)",
      test: started(
        'is revoked by its serial number after an hour, where its names are not those of the topology',
      ),
    },
    {
      name: 'adopted-age',
      off: 'a certificate is adopted although it is older than the backup that lacks it',
      file: restored('issued-since-backup.ts'),
      find: 'if (Math.min(now(), restoredAt) >= takenAt && leaf.notBefore + backdateMs + toleranceMs < takenAt)',
      replace: 'if (now() < 0)',
      test: started('is revoked at once where it is older than the backup: the backup would have it'),
    },
    {
      name: 'adopted-key',
      off: 'a certificate is adopted although its key is blocked',
      file: restored('issued-since-backup.ts'),
      find: 'if (blocked !== undefined)',
      replace: 'if (blocked !== undefined && takenAt < 0)',
      test: started('is revoked at once where its key is blocked'),
    },
    {
      name: 'under-way',
      off: 'what was under way when the backup was taken is revoked, although its server may have received it since',
      file: 'packages/authority/src/unfinished-issuance.ts',
      find: 'revokeUnfinished(ledger, issuer, now, takenAt)',
      replace: 'revokeUnfinished(ledger, issuer, now)',
      test: underLoad(
        'does not revoke the certificate that was under way: its server may have received it since',
      ),
    },
    {
      name: 'tokens-of-the-backup',
      off: 'a join token that was used since the backup may be used once more',
      file: restored('after-restore.ts'),
      find: 'await tokens.forgetTokens();',
      replace: '',
      test: underLoad('knows no join token of the backup: it cannot know which were used since'),
    },
    {
      name: 'adoption-fails',
      off: 'a member whose certificate cannot be recorded is not told to come again',
      file: 'packages/authority/src/create-authority.ts',
      find: 'await refuseForeign(caller, peer).catch((fault: Error) => refusals.fault(fault, caller))',
      replace: 'await refuseForeign(caller, peer)',
      test: {
        ...underLoad('says for how long to wait where it cannot record what it adopts, and adopts it then'),
        inOrder: true,
      },
    },
    {
      name: 'our-signature',
      off: 'any certificate may be put on our list',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'all.find((one) => isSignedBy(certificate, one.certificate))',
      replace: 'all.find((one) => isSignedBy(certificate, one.certificate) || one === active)',
      test: {
        file: 'apps/authority-server/test/foreign-certificates.test.ts',
        title: 'is not revoked where no key of this network has signed it',
        inOrder: true,
      },
    },
    {
      name: 'foreign-key',
      off: 'the key of a certificate without a record may be certified again after it was revoked for keyCompromise',
      file: 'packages/authority/src/domain-revocations.ts',
      find: "if (reason === 'keyCompromise')",
      replace: "if (reason === 'unspecified')",
      test: {
        file: 'apps/authority-server/test/foreign-certificates.test.ts',
        title: 'is revoked by itself: it is on the list at once, and its holder is refused',
        inOrder: true,
      },
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
        file: 'packages/commands/test/backup.test.ts',
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
