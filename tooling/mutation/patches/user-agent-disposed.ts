import type { MutationPatch, PatchList } from '../patch.ts';

const disposed = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/disposed.test.ts',
  title,
});

/** What a user agent and an endpoint are asked for after they were disposed of. */
export const patches: PatchList = {
  name: 'user-agent-disposed',
  list: [
    {
      name: 'registered-for-ever',
      off: 'a user agent that was disposed of registers, and nothing ends that',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: 'if (this.#isDisposed) throw new DisposedError(this.#options.server.name);',
      replace: '',
      test: disposed('is not asked to register: that is refused, and nothing is dialled'),
    },
    {
      name: 'dialled-for-ever',
      off: 'an endpoint that was disposed of dials',
      file: 'packages/sip-endpoint/src/connection/connection-pool.ts',
      find: 'if (this.#isClosed) throw new DisposedError(hop.name);',
      replace: '',
      test: disposed('dials nothing'),
    },
    {
      name: 'dialling-that-never-ends',
      off: 'what waits for a dialling that never ends waits for ever',
      file: 'packages/sip-endpoint/src/connection/connection-pool.ts',
      find: '    this.#diallings.giveUp();\n',
      replace: '',
      test: disposed('keeps nothing waiting for dial, which never ends'),
    },
    {
      name: 'given-up-is-not-late',
      off: 'a request that a user agent gives up because it is disposed of is said to be late, and the server to be looked at',
      file: 'packages/sip-endpoint/src/transaction/no-answer.ts',
      find: ' was given up before it was answered: this side was disposed of`',
      replace: ' was not answered in time`',
      test: disposed('says so of what it was asked to send a text: its time was not over'),
    },
    {
      name: 'call-that-is-left',
      off: 'who hangs up a call of a user agent that was disposed of is told to register first',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: '    this.#sessions.close();\n',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/disposed.test.ts',
        title: 'has left no call that could be hung up: that is refused too',
      },
    },
  ],
};
