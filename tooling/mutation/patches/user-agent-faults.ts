import type { MutationPatch, PatchList } from '../patch.ts';

const inCalls = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/faults-in-calls.test.ts',
  title,
});
const telling = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/user-agent/tell-application.test.ts',
  title,
});

/** Functions that an application gives to a user agent and its calls, and that fail. */
export const patches: PatchList = {
  name: 'user-agent-faults',
  list: [
    {
      name: 'fault-of-a-subscriber',
      off: 'a subscriber that fails ends the process, or has the NOTIFY refused',
      file: 'packages/sip-endpoint/src/user-agent/dialog-events.ts',
      find: 'tellApplication(() => this.#options.onNotify(notify, state), this.#onFault);',
      replace: 'this.#options.onNotify(notify, state);',
      test: inCalls('where it hears of an event is reported, and the NOTIFY is answered 200'),
    },
    {
      name: 'fault-of-a-transfer',
      off: 'what hears of a transfer and fails ends the process, or has the NOTIFY refused',
      file: 'packages/sip-endpoint/src/user-agent/call.ts',
      find: 'tellApplication(() => onProgress?.(status), this.#line.onFault)',
      replace: 'onProgress?.(status)',
      test: inCalls('where it hears how a transfer goes is reported, and the NOTIFY is answered 200'),
    },
    {
      name: 'promise-of-another-realm',
      off: 'what a promise of another realm is rejected with is heard nowhere',
      file: 'packages/sip-endpoint/src/transaction/is-later.ts',
      find: "typeof (returned as Partial<PromiseLike<unknown>>).then === 'function'",
      replace: 'returned instanceof Promise',
      test: telling('is heard: by what is like a promise'),
    },
    {
      name: 'fault-of-what-hears',
      off: 'what hears of faults and fails itself ends the process',
      file: 'packages/sip-endpoint/src/user-agent/tell-application.ts',
      find: '      warn(error);\n      warn(further);\n',
      replace: '      warn(error);\n      throw further;\n',
      test: telling('is a warning where what hears of faults fails itself at once'),
    },
    {
      name: 'async-user',
      off: 'an async user of an endpoint that is rejected ends the process',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "if (typeof taken === 'object' && isLater(taken))",
      replace: "if (typeof taken === 'string' && isLater(taken))",
      test: {
        file: 'packages/sip-endpoint/test/async-user.test.ts',
        title: 'is reported, and the request is answered 500, as where it throws at once',
      },
    },
  ],
};
