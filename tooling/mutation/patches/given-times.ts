import type { PatchList } from '../patch.ts';

const test = (title: string) => ({ file: 'packages/pki/test/given-times.test.ts', title });

/** What callers without a compiler give to what decides by the time, and to the keys of a pool. */
export const patches: PatchList = {
  name: 'given-times',
  list: [
    {
      name: 'compromised-misspelt',
      off: 'keys that are in the hands of others go on opening, because the reason for new ones is misspelt',
      file: 'packages/pki/src/domain-keys/rotation.ts',
      find: "  checkValue(why, oneOf('scheduled', 'server-left', 'compromised', 'restored'), 'why of rotatePoolKeys');\n",
      replace: '',
      test: test('do not go on opening because the reason for new ones is misspelt'),
    },
    {
      name: 'short-pool-key',
      off: 'a pool seals with the few octets that a source of randomness gave',
      file: 'packages/pki/src/domain-keys/rotation.ts',
      find: 'isOctets(value) && value.length === poolKeyBytes',
      replace: 'isOctets(value) || true',
      test: test('are not drawn from a source that gives another number of octets'),
    },
    {
      name: 'rollover-without-a-time',
      off: 'a rollover stands still, because its time is none',
      file: 'packages/pki/src/rollover/check-view.ts',
      find: '  checkMilliseconds(now, ',
      replace: '  checkMilliseconds(0, ',
      test: test('does not stand still by a time that is none'),
    },
    {
      name: 'root-without-a-time',
      off: 'a list that has ended is put in force, because the time is none',
      file: 'packages/pki/src/rollover/verify-answer.ts',
      find: "  checkGiven(knowledge, knowledgeKinds, 'verifyRootAnswer');\n",
      replace: '',
      test: test('signs nothing, and what it has signed is not taken, by a time that is none'),
    },
    {
      name: 'undefined-hook',
      off: 'a refusal is heard of by nothing where the hook of a call is undefined',
      file: 'packages/pki/src/enrolment/enrol-handler.ts',
      find: '.filter(([, hook]) => hook !== undefined)',
      replace: '',
      test: test('is heard of by the hook of its authority where the hook of the call is undefined'),
    },
  ],
};
