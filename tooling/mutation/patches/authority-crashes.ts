import type { MutationPatch, PatchList } from '../patch.ts';

const published = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/published-before-a-crash.test.ts',
  title,
});
const lines = (title: string): MutationPatch['test'] => ({
  file: 'packages/accounts/src/import/read-csv-pieces.test.ts',
  title,
});
const activation = (why: string): MutationPatch['test'] => ({
  file: 'packages/pki/test/activation-time.test.ts',
  title: `takes over then, and not before, where the active one ${why}`,
});
const overItself: MutationPatch['test'] = {
  file: 'packages/pki/test/backup.test.ts',
  title: 'is not restored over itself, into itself, or over a folder that contains it',
};
const interrupted = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/interrupted-renewal.test.ts',
  title,
});

/** What an authority, its root and their commands do after a crash, after a restore, by a wrong clock, and with long files. */
export const patches: PatchList = {
  name: 'authority-crashes',
  list: [
    {
      name: 'published-before-a-crash',
      off: 'the audit trail never has that a version was published where the authority is killed when it is stored',
      file: 'packages/authority/src/publication/resume-publication.ts',
      find: "if ((await latest('topology-published')) !== undefined)",
      replace: "if ((await latest('topology-published')) !== null)",
      test: published(
        'is recorded at the next start, once: with what it does, who ordered it and who has signed it',
      ),
    },
    {
      name: 'published-after-a-fault',
      off: 'a start that cannot record that a version was published takes it for recorded',
      file: 'packages/authority/src/publication/resume-publication.ts',
      find: 'return { orderedAt, isRecorded: false };',
      replace: 'return { orderedAt, isRecorded: true };',
      test: published('is recorded by a later start where the trail takes nothing at this one'),
    },
    {
      name: 'published-in-order',
      off: 'the audit trail never has a version as published that another one has followed',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: 'for (const [each, record] of this.#unrecorded) {',
      replace: 'for (const [each, record] of [[hash, recordPublished] as const]) {',
      test: published('is recorded before the next version, where the authority goes on'),
    },
    {
      name: 'trail-at-each-start',
      off: 'each start looks through the audit trail of years',
      file: 'packages/authority/src/publication/resume-publication.ts',
      find: 'const isDone = marked?.hash === hash;',
      replace: "const isDone = marked?.hash === '';",
      test: published(
        'looks through the trail only where nothing says that all was done, and records nothing twice',
      ),
    },
    {
      name: 'restored-compromise',
      off: 'a restored authority leaves a pool its keys although the key of one that has them is blocked',
      file: 'packages/authority/src/restored/issued-since-backup.ts',
      find: 'revocation.revokeCertificate(leaf, reason)',
      replace: "revocation.revokeCertificate(leaf, 'cessationOfOperation')",
      test: {
        file: 'packages/authority/test/restored-compromise.test.ts',
        title: 'takes the keys of its pool along, as one does that the ledger has',
      },
    },
    {
      name: 'successor-not-yet-valid',
      off: 'an issuing authority issues that is not valid yet',
      file: 'packages/pki/src/rollover/decide.ts',
      find: 'return Math.max(successor.notBefore, Math.min(settled, active.notAfter - settleMs));',
      replace: 'return Math.min(settled, active.notAfter - settleMs);',
      test: activation('is old'),
    },
    {
      name: 'successor-at-once',
      off: 'an issuing authority issues that is not valid yet, where the one before it was revoked',
      file: 'packages/pki/src/rollover/decide.ts',
      find: 'return successor.notBefore;',
      replace: 'return Number.NEGATIVE_INFINITY;',
      test: activation('was revoked'),
    },
    {
      name: 'answer-not-taken',
      off: 'a second answer of the root takes the place of one that was not put in force',
      file: 'packages/commands/src/root/root-accept.ts',
      find: 'waiting.text !== text',
      replace: "waiting.text === ''",
      test: {
        file: 'packages/commands/src/commands/ca-root.test.ts',
        title: 'accept does not put another answer in the place of one that the authority has not taken yet',
      },
    },
    {
      name: 'line-without-an-end',
      off: 'a line of a file with accounts may take all memory',
      file: 'packages/accounts/src/import/lines-of-pieces.ts',
      find: 'Math.min(end, start + room)',
      replace: 'Math.max(end, room - room)',
      test: lines('are cut where they are longer than a string can be'),
    },
    {
      name: 'line-too-long',
      off: 'a line that is too long is read where its part up to there looks good',
      file: 'packages/accounts/src/import/lines-of-pieces.ts',
      find: 'longest + 2;',
      replace: 'longest;',
      test: lines('that are too long are so without the carriage return before their end'),
    },
    {
      name: 'text-in-pieces',
      off: 'a file with accounts is read however long it is',
      file: 'packages/accounts/src/import/read-csv.ts',
      find: 'if (whole.refuseLength(this.#length)) {',
      replace: 'if (whole.refuseLength(piece.length)) {',
      test: lines('are refused as a whole once they are too long, and no more is read'),
    },
    {
      name: 'kept-line-without-an-end',
      off: 'a file of a front end is read to its end although its line is longer than any of those',
      file: 'packages/commands/src/users/kept-accounts.ts',
      find: 'if (lines.isTooLong) throw notKept();',
      replace: '',
      test: {
        file: 'packages/commands/src/users/kept-accounts.test.ts',
        title: 'are refused where a line is something else, or has no end for longer than a server reads',
      },
    },
    {
      name: 'newer-list-of-each-issuer',
      off: 'what one issuing authority has revoked since a backup is lost, because there is a newer list of another one',
      file: 'packages/commands/src/authority/restored-lists.ts',
      find: 'list.issuer === id && (list.newer',
      replace: '(list.issuer === id || list.newer) && (list.newer',
      test: {
        file: 'packages/commands/src/authority/restored-lists.test.ts',
        title: 'is said for each issuing authority by itself: with a newer list of one issuing authority',
      },
    },
    {
      name: 'over-itself',
      off: 'a backup is restored over itself, or over a folder that contains it',
      file: 'packages/pki/src/node/backup/restore-backup.ts',
      find: '  await refuseSharedPlace(from, options.directory);\n',
      replace: '',
      test: overItself,
    },
    {
      name: 'over-itself-by-a-link',
      off: 'a backup is restored over itself by another path to it',
      file: 'packages/pki/src/node/backup/separate-places.ts',
      find: 'return await realpath(path);',
      replace: 'return path;',
      test: overItself,
    },
    {
      name: 'lock-in-the-backup',
      off: 'the database of a backup that is named as the target too is opened before it is refused',
      file: 'packages/commands/src/commands/ca-restore.ts',
      find: '  await refuseSharedPlace(backup, directory);\n',
      replace: '',
      test: {
        file: 'packages/commands/test/restore.test.ts',
        title: 'leaves a backup as it was that is named as the folder of the authority too',
      },
    },
    {
      name: 'number-of-a-damaged-bundle',
      off: 'a trust bundle gets a number that members have seen with other roots, because the file of the last one is something else',
      file: 'packages/authority/src/bundle-sequence.ts',
      find: "if (typeof roots === 'string' && typeof sequence === 'number' && isGiven(sequence))",
      replace: '',
      test: {
        file: 'packages/authority/src/bundle-sequence.test.ts',
        title:
          'gives no number where its file is damaged, and goes on from the time once the remedy was followed',
      },
    },
    {
      name: 'key-of-before-kept',
      off: 'the only key that fits a certificate is overwritten by a renewal that follows one which was killed',
      file: 'packages/commands/src/commands/cert-renew.ts',
      find: 'await readNamed(keyFile)',
      replace: 'await readFile(access.key)',
      test: interrupted(
        'goes on with the key of before where a renewal was killed between its last two files, and renews again',
      ),
    },
    {
      name: 'exposed-key-of-before',
      off: 'a key of before that others may read is used',
      file: 'packages/commands/src/authority/own-credential.ts',
      find: '    await refuseExposedKey(before);\n',
      replace: '',
      test: interrupted('uses no key of before that others may read, or that belongs to another certificate'),
    },
    {
      name: 'taken-ports-first',
      off: 'an authority whose port another process has writes and uses list numbers each time it is started again',
      file: 'apps/authority-server/src/create-authority-server.ts',
      find: '    await refuseTakenPorts(httpsAt, objectsAt);\n',
      replace: '',
      test: {
        file: 'apps/authority-server/test/taken-ports.test.ts',
        title: 'an authority whose port https another process has says so before it writes anything',
      },
    },
    {
      name: 'both-ports-first',
      off: 'an authority whose port for lists another process has writes each time it is started again',
      file: 'apps/authority-server/src/refuse-taken-ports.ts',
      find: '    listener = await servePublicHttp(({ socket }) => void socket.destroy(), objects);\n',
      replace: '',
      test: {
        file: 'apps/authority-server/test/taken-ports.test.ts',
        title: 'an authority whose port objects another process has says so before it writes anything',
      },
    },
    {
      name: 'held-port-is-given-back',
      off: 'an authority finds its port taken by itself',
      file: 'packages/tls/src/listen/listen.ts',
      find: 'void server.close(() => resolve())',
      replace: 'resolve()',
      test: {
        file: 'packages/tls/test/credential.test.ts',
        title: 'is possible at a port that was held, once it is held no more',
      },
    },
  ],
};
