import type { MutationPatch, PatchList } from '../patch.ts';

const backup = (path: string): string => `packages/pki/src/node/backup/${path}`;
const signed = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/backup-signature.test.ts',
  title,
});

/** That a restore takes what the authority has written, and not what somebody has changed since. */
export const patches: PatchList = {
  name: 'backup-signature',
  list: [
    {
      name: 'manifest-exchanged',
      off: 'a manifest counts though its signature is that of another one',
      file: backup('backup-signature.ts'),
      find: "if (!verify(null, signedOctets(manifest), key, Buffer.from(signature, 'base64'))) return { ok: false };",
      replace: "verify(null, signedOctets(manifest), key, Buffer.from(signature, 'base64'));",
      test: signed(
        'refuses files and a manifest that were exchanged together, also where the operator takes what cannot be verified',
      ),
    },
    {
      name: 'signed-by-others',
      off: 'a backup is restored that anybody has signed',
      file: backup('refuse-unverified.ts'),
      find: 'if (signer !== undefined && signer === expected)',
      replace: 'if (signer !== undefined)',
      test: signed('refuses what others have signed, or nobody, and never because a signature was removed'),
    },
    {
      name: 'unsigned-without-consent',
      off: 'a backup without a signature is restored in silence',
      file: backup('refuse-unverified.ts'),
      find: 'if (unverified && named === undefined)',
      replace: 'if (named === undefined)',
      test: signed(
        'takes a backup of an earlier release, which is not signed, only where the operator says so',
      ),
    },
    {
      name: 'named-key-counts',
      off: 'a backup without the signature of the named key is restored because its operator takes what cannot be verified',
      file: backup('refuse-unverified.ts'),
      find: 'if (unverified && named === undefined)',
      replace: 'if (unverified)',
      test: signed('refuses what others have signed, or nobody, and never because a signature was removed'),
    },
    {
      name: 'backup-key-kept',
      off: 'the key that signs backups is in each of them',
      file: backup('backup-path.ts'),
      find: '  authorityFiles.rootKey,\n  backupKeyFile,\n',
      replace: '  authorityFiles.rootKey,\n',
      test: signed(
        'is created by the first backup, stays in the folder of the authority for its owner alone, and is in no backup',
      ),
    },
    {
      name: 'key-set-aside',
      off: 'after a restore that was killed nothing says whose backup it is',
      file: backup('restore-backup.ts'),
      find: 'present ?? (await setAsideBefore(directory))',
      replace: 'present',
      test: signed(
        'stays the same, and counts, where a restore that was killed has set the folder that has it aside',
      ),
    },
    {
      name: 'key-of-another-authority',
      off: 'the key that signs backups is taken from a folder beside, whatever is restored',
      file: backup('restore-backup.ts'),
      find: 'present ?? (found.verified ? before : undefined)',
      replace: 'before',
      test: signed('is not taken from there for a backup that others have signed'),
    },
  ],
};
