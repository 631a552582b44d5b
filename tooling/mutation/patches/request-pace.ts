import type { MutationPatch, PatchList } from '../patch.ts';

const atOnce = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/many-at-once.test.ts',
  title,
});
const turns = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/user-agent/turns.test.ts',
  title,
});
const pacing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/user-agent/pacing.test.ts',
  title,
});

/** Requests of a user agent that wait for their turn. */
export const patches: PatchList = {
  name: 'request-pace',
  list: [
    {
      name: 'all-at-once',
      off: 'a user agent sends all that it is asked for at once',
      file: 'packages/sip-endpoint/src/user-agent/turns.ts',
      find: 'this.#begun < this.#most && ',
      replace: '',
      test: atOnce('are all answered, over one connection: a thousand texts'),
    },
    {
      name: 'bytes-at-once',
      off: 'large bodies are sent all at once',
      file: 'packages/sip-endpoint/src/user-agent/turns.ts',
      find: ' && this.#size + size <= this.#mostInSize',
      replace: '',
      test: turns(
        'are taken by so much in size at once, and by one that is larger alone: what came later does not pass it',
      ),
    },
    {
      name: 'first-come',
      off: 'a small request passes a large one for ever',
      file: 'packages/sip-endpoint/src/user-agent/turns.ts',
      find: 'if (this.#waiting === 0 && this.#has(size))',
      replace: 'if (this.#has(size))',
      test: turns(
        'are taken by so much in size at once, and by one that is larger alone: what came later does not pass it',
      ),
    },
    {
      name: 'ended-twice',
      off: 'a turn that is ended twice lets two begin',
      file: 'packages/sip-endpoint/src/user-agent/turns.ts',
      find: '      if (isOver) return;\n',
      replace: '',
      test: turns('are taken by so many at once; the rest waits in the order in which it came'),
    },
    {
      name: 'behind-what-is-given-up',
      off: 'what waits behind a large request that is given up never begins',
      file: 'packages/sip-endpoint/src/user-agent/turns.ts',
      find: '        reject(signal?.reason);\n        // It may have been the one that the others wait behind, for it is large.\n        this.#next();\n',
      replace: '        reject(signal?.reason);\n',
      test: turns('are waited for no longer than the signal lets it, and those behind go on'),
    },
    {
      name: 'ringing',
      off: 'any number of telephones ring at once',
      file: 'packages/sip-endpoint/src/user-agent/pacing.ts',
      find: 'this.#calls = new Turns(unanswered);',
      replace: 'this.#calls = new Turns(200_000);',
      test: atOnce('wait while telephones ring, as many as are to ring at once'),
    },
    {
      name: 'late-answers',
      off: 'a request that is not answered keeps all others from being sent',
      file: 'packages/sip-endpoint/src/user-agent/pacing.ts',
      find: '(isBehind() ? wait() : heard())',
      replace: 'wait()',
      test: pacing(
        'lets the next one begin where an answer is late, unless the server has not taken the request yet',
      ),
    },
    {
      name: 'not-read',
      off: 'more is sent to a server that takes nothing',
      file: 'packages/sip-endpoint/src/user-agent/pacing.ts',
      find: '(isBehind() ? wait() : heard())',
      replace: 'heard()',
      test: pacing(
        'lets the next one begin where an answer is late, unless the server has not taken the request yet',
      ),
    },
    {
      name: 'place-of-what-is-given-up',
      off: 'what is given up while it waits keeps its place',
      file: 'packages/sip-endpoint/src/user-agent/pacing.ts',
      find: '    } catch (error) {\n      over();\n',
      replace: '    } catch (error) {\n',
      test: pacing('keeps no place for what is given up while it waits'),
    },
    {
      name: 'help-waits',
      off: 'a call for help waits behind a thousand texts',
      file: 'packages/sip-endpoint/src/user-agent/new-requests.ts',
      find: 'emergency.test(to)',
      replace: 'false',
      test: atOnce('let what belongs to a call, a registration and a call for help pass'),
    },
    {
      name: 'next-connection',
      off: 'what waits is sent over the connection that has broken',
      file: 'packages/sip-endpoint/src/user-agent/new-requests.ts',
      find: 'if (sessions.current === session) return',
      replace: 'if (session !== undefined) return',
      test: atOnce('go over the next connection where the one breaks on which they would have gone'),
    },
    {
      name: 'not-taken',
      off: 'a request that a connection does not take is said to have lost the connection',
      file: 'packages/sip-endpoint/src/ask-request.ts',
      find: "end === 'transport-error' && !connection.isClosed",
      replace: 'false',
      test: {
        file: 'packages/sip-endpoint/test/not-taken.test.ts',
        title: 'is refused by itself, says why, and leaves the connection as it is',
      },
    },
  ],
};
