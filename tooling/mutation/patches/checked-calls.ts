import type { MutationPatch, PatchList } from '../patch.ts';

const refuses: MutationPatch['test'] = {
  file: 'packages/sip-endpoint/test/checked-calls.test.ts',
  title: 'refuses what is left out or misspelt, names it, and sends nothing',
};
const file = 'packages/sip-endpoint/src/user-agent/call.ts';

/** What callers without a compiler may pass to a call. */
export const patches: PatchList = {
  name: 'checked-calls',
  list: [
    {
      name: 'information',
      off: 'an INFO whose body is misspelt is sent without it',
      file,
      find: '    checkInfo(sent);\n',
      replace: '',
      test: refuses,
    },
    {
      name: 'offer',
      off: 'a re-INVITE is sent without the offer that was left out',
      file,
      find: "    checkChange(offer, 'reinvite', options);\n",
      replace: '',
      test: refuses,
    },
    {
      name: 'update',
      off: 'an UPDATE is sent without the offer that was left out',
      file,
      find: "    checkChange(offer, 'update');\n",
      replace: '',
      test: refuses,
    },
    {
      name: 'transfer',
      off: 'what hears of a transfer is misspelt, and hears nothing',
      file,
      find: '    checkRefer(options);\n',
      replace: '',
      test: refuses,
    },
    {
      name: 'subscription',
      off: 'what hears of an event is misspelt, and fails of each NOTIFY',
      file,
      find: '    checkSubscribe(event, options);\n',
      replace: '',
      test: refuses,
    },
    {
      name: 'answer',
      off: 'a misspelt name in an answer is left out without a word',
      file: 'packages/sip-endpoint/src/user-agent/answer.ts',
      find: 'checkOptions(answer, rules, ',
      replace: 'checkOptions({ status: answer.status }, rules, ',
      test: {
        file: 'packages/sip-endpoint/test/checked-calls.test.ts',
        title: 'answers 500 where a name in the answer is misspelt, and reports it',
      },
    },
  ],
};
