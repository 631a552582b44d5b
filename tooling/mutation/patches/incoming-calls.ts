import type { MutationPatch, PatchList } from '../patch.ts';

const ringing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/incoming-call.test.ts',
  title,
});
const file = 'packages/sip-endpoint/src/user-agent/incoming-call.ts';

/** How an application answers a call that rings. */
export const patches: PatchList = {
  name: 'incoming-calls',
  list: [
    {
      name: 'rejected-with-a-success',
      off: 'a call is rejected with a status that accepts it',
      file,
      find: "    checkArgument(status, failure, 'status', 'reject');\n",
      replace: '',
      test: ringing('is not rejected with a success: the caller gets 500, and the fault names the argument'),
    },
    {
      name: 'accepted-with-nothing',
      off: 'a call is accepted without a session description',
      file,
      find: '    checkAnswer(answer);\n',
      replace: '',
      test: ringing('is not accepted without a body: the caller gets 500, and the fault names the argument'),
    },
    {
      name: 'bridged-to-nobody',
      off: 'a call that is bridged to what is not a URI is refused without a word',
      file,
      find: "checkArgument(uri, callee, 'uri', 'bridge');",
      replace: '',
      test: ringing(
        'is not bridged to what is not a URI: the caller gets 500, and the fault names the argument',
      ),
    },
    {
      name: 'answered-twice',
      off: 'a call that was rejected is accepted without a word',
      file,
      find: "if (this.#settled === undefined || this.#settled === 'cancelled') return;",
      replace: 'if (this.#contact !== undefined) return;',
      test: ringing('is not accepted where it has been rejected already'),
    },
  ],
};
