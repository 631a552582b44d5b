import type { MutationPatch, PatchList } from '../patch.ts';

const refuses: MutationPatch['test'] = {
  file: 'packages/sip-endpoint/test/checked-calls.test.ts',
  title: 'refuses what is left out or misspelt, names it, and sends nothing',
};
const file = 'packages/sip-endpoint/src/user-agent/call.ts';

const options = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/checked-options.test.ts',
  title,
});

/** What callers without a compiler may pass to a user agent and a call. */
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
    {
      name: 'host',
      off: 'a user agent has a host in its Via that no server can read',
      file: 'packages/sip-endpoint/src/user-agent/check-options.ts',
      find: '  host: host(),\n',
      replace: '  host: text(),\n',
      test: options('are refused where they are with a b as host, and the fault names the option'),
    },
    {
      name: 'instance',
      off: 'the instance of a device ends the header field that it stands in',
      file: 'packages/sip-endpoint/src/user-agent/check-options.ts',
      find: '  instance: urn(),\n',
      replace: '  instance: text(),\n',
      test: options('are refused where they are with abc as instance, and the fault names the option'),
    },
    {
      name: 'tokens',
      off: 'a tag has a space',
      file: 'packages/sip-endpoint/src/user-agent/check-options.ts',
      find: "    checkArgument(made, token, 'newToken()', 'UserAgent');\n",
      replace: '',
      test: options(
        'are refused where they are with newToken that returns a text with a space, and the fault names the option',
      ),
    },
    {
      name: 'dialled-for-nothing',
      off: 'a dial that is rejected with nothing has the server have no other address',
      file: 'packages/sip-endpoint/src/connection/connection-pool.ts',
      find: "error ?? new HopDownError(place, 0, new Error('dial does not say why'))",
      replace: 'error',
      test: options('that dial and reject with nothing say so, and name no other address'),
    },
    {
      name: 'options-of-dial-server',
      off: 'a server of the topology is dialled with TLS 1.2, or with another option that is not for it',
      file: 'packages/sip-endpoint/src/connection/dial-server.ts',
      find: '  checkDialServer(hop, options);\n',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/checked-arguments.test.ts',
        title: 'refuses an option of connect that is not for a server of the topology',
      },
    },
    {
      name: 'drain-without-a-time',
      off: 'connections are closed without waiting for what is under way, because the time is misspelt',
      file: 'packages/sip-endpoint/src/connection/drain.ts',
      find: '  checkDrain(options);\n',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/checked-arguments.test.ts',
        title: 'refuses to drain without a time: no connection would be waited for',
      },
    },
    {
      name: 'misspelt-ceiling',
      off: 'a ceiling that is misspelt is left at its default',
      file: 'packages/sip-endpoint/src/budget/message-budget.ts',
      find: "    checkOptions(options, names, 'MessageBudget');\n",
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/checked-arguments.test.ts',
        title: 'is refused where a name is misspelt, and no default is taken instead',
      },
    },
  ],
};
