import type { MutationPatch, PatchList } from '../patch.ts';

const givenUp = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/given-up-call.test.ts',
  title,
});
const callbacks = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/callbacks.test.ts',
  title,
});

/** Calls that are given up before they are answered, and functions of the application that fail. */
export const patches: PatchList = {
  name: 'given-up-calls',
  list: [
    {
      name: 'given-up-while-challenged',
      off: 'an INVITE that is given up is sent again with credentials',
      file: 'packages/sip-endpoint/src/ask-request.ts',
      find: "if (signal?.aborted === true && sent.method === 'INVITE')",
      replace: "if (signal === null && sent.method === 'INVITE')",
      test: givenUp('while it is challenged is not made again'),
    },
    {
      name: 'given-up-before',
      off: 'a call that is given up already waits for a connection',
      file: 'packages/sip-endpoint/src/user-agent/outgoing-call.ts',
      find: '  if (isAborted(signal)) return givenUp(build());\n',
      replace: '',
      test: givenUp('before it is made waits for no connection'),
    },
    {
      name: 'crossed-cancel',
      off: 'a call that is answered while it is given up goes on',
      file: 'packages/sip-endpoint/src/user-agent/outgoing-call.ts',
      find: '    answers.end(request, response);\n',
      replace: '',
      test: givenUp('while it is answered is acknowledged, and ended with BYE (RFC 3261 §15)'),
    },
    {
      name: 'cancelled-after-the-answer',
      off: 'an INVITE that was answered is cancelled, and a signal keeps each call that it was given to',
      file: 'packages/sip-endpoint/src/ask-request.ts',
      find: "          signal?.removeEventListener('abort', cancel);\n",
      replace: '',
      test: givenUp('after it was answered sends no CANCEL, and keeps nothing of the signal'),
    },
    {
      name: 'late-fault',
      off: 'what the promise of an application is rejected with ends the process',
      file: 'packages/sip-endpoint/src/user-agent/tell-application.ts',
      find: '    if (isLater(done)) Promise.resolve(done).catch(onFault);\n',
      replace: '',
      test: callbacks('later, where it takes a call: the caller gets 500'),
    },
    {
      name: 'fault-unanswered',
      off: 'a call stays unanswered where the application fails',
      file: 'packages/sip-endpoint/src/user-agent/incoming-call.ts',
      find: '        if (this.#settled === undefined) this.reject(500);\n',
      replace: '',
      test: callbacks('at once, where it takes a call: the caller gets 500'),
    },
    {
      name: 'fault-of-a-listener',
      off: 'a listener that fails keeps the others from hearing of a cancelled call',
      file: 'packages/sip-endpoint/src/user-agent/incoming-call.ts',
      find: 'tellApplication(listener, parts.line.onFault);',
      replace: 'listener();',
      test: callbacks('where a call is cancelled keeps no other from hearing of it'),
    },
    {
      name: 'fault-of-the-state',
      off: 'a listener of the registration that fails ends the process',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: 'tellApplication(() => this.#options.events.onRegistration?.(state), this.#line.onFault);',
      replace: 'this.#options.events.onRegistration?.(state);',
      test: callbacks('where it rings, is registered or is disconnected is reported, and everything goes on'),
    },
    {
      name: 'unheard-fault',
      off: 'a fault that nothing hears is lost',
      file: 'packages/sip-endpoint/src/user-agent/tell-application.ts',
      find: '    warn(error);\n    return;\n',
      replace: '    return;\n',
      test: callbacks('is a warning of the process where nothing hears of faults'),
    },
  ],
};
