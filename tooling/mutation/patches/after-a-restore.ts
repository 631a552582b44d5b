import type { MutationPatch, PatchList } from '../patch.ts';

const restored = (path: string): string => `packages/authority/src/restored/${path}`;
const started = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/first-start-after-restore.test.ts',
  title,
});
const presented = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/issued-since-backup.test.ts',
  title,
});
const underLoad = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/restore-under-load.test.ts',
  title,
});
const over = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/restore-end.test.ts',
  title,
});

/** What an authority does differently until everything from before its restore has expired. */
export const patches: PatchList = {
  name: 'after-a-restore',
  list: [
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
      test: presented('is not judged by its age where the clock shows that the time of the backup is wrong'),
    },
    {
      name: 'age-by-the-clock-of-before',
      off: 'certificates of an authority whose clock was ahead at the backup are revoked once that time has come',
      file: restored('issued-since-backup.ts'),
      find: 'if (Math.min(now(), restoredAt) >= takenAt && leaf',
      replace: 'if (now() >= takenAt && leaf',
      test: presented(
        'is not judged by its age where the backup was brought back before it was made, however much later it is now',
      ),
    },
    {
      name: 'age-by-hours',
      off: 'certificates of an authority whose clock was ahead by a time zone at the backup are revoked at once',
      file: restored('issued-since-backup.ts'),
      find: 'const toleranceMs = 86_400_000;',
      replace: 'const toleranceMs = 3_600_000;',
      test: presented(
        'is adopted where the clock was ahead by the hours of a time zone when the backup was made',
      ),
    },
    {
      name: 'adopted-names',
      off: 'a certificate is adopted with any names',
      file: restored('issued-since-backup.ts'),
      find: "one.issuer === 'enterprise' && sameCertificateNames(names, one)",
      replace: "one.issuer === 'enterprise' && (sameCertificateNames(names, one) || true)",
      test: presented(
        'is revoked by its serial number after an hour, where its names are not those of the topology',
      ),
    },
    {
      name: 'adopted-age',
      off: 'a certificate is adopted although it is older than the backup that lacks it',
      file: restored('issued-since-backup.ts'),
      find: 'if (Math.min(now(), restoredAt) >= takenAt && leaf.notBefore + backdateMs + toleranceMs < takenAt)',
      replace: 'if (now() < 0)',
      test: presented('is revoked at once where it is older than the backup: the backup would have it'),
    },
    {
      name: 'adopted-key',
      off: 'a certificate is adopted although its key is blocked',
      file: restored('issued-since-backup.ts'),
      find: 'if (blocked !== undefined)',
      replace: 'if (blocked !== undefined && takenAt < 0)',
      test: presented('is revoked at once where its key is blocked'),
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
  ],
};
