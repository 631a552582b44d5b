import type { MutationPatch, PatchList } from '../patch.ts';

const file = 'packages/authority/src/own-certificate.ts';
const own = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/own-certificate.test.ts',
  title,
});

/** The certificate of the authority itself, where renewing it fails. */
export const patches: PatchList = {
  name: 'own-certificate',
  list: [
    {
      name: 'start-without-renewing',
      off: 'an authority does not start whose certificate is merely due and cannot be renewed, and each start leaves one in the ledger',
      file,
      find: 'if (!isAccepted || fault !== failed?.fault) throw fault;',
      replace: 'throw fault;',
      test: {
        file: 'packages/authority/test/start-without-trail.test.ts',
        title: 'serves with a certificate that is merely due, and has tried once to renew it',
      },
    },
    {
      name: 'start-of-the-refused',
      off: 'an authority starts with a certificate that members refuse',
      file,
      find: 'const isAccepted = invalid() === undefined && otherwise === undefined;',
      replace: "const isAccepted = invalid() !== '' || otherwise === undefined;",
      test: own('is not kept at a start where members refuse it, or another cause asks for the next one'),
    },
    {
      name: 'presented-first',
      off: 'an authority issues itself one more certificate where it could not present the one before',
      file,
      find: 'if (areFilesNewer) await presentFiles().catch(() => {});',
      replace: '',
      test: own('is presented without a pause where the files have it already, and no other is issued'),
    },
    {
      name: 'pause-without-a-trace',
      off: 'an authority waits for an hour after an attempt that has left nothing',
      file,
      find: 'isUrgent || !failed.hasIssued ? shortPauseMs : pauseMs',
      replace: 'isUrgent ? shortPauseMs : pauseMs',
      test: own(
        'is tried again a minute later where the last attempt has left nothing, also while it is valid',
      ),
    },
  ],
};
