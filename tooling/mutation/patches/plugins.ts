import type { MutationPatch, PatchList } from '../patch.ts';

const ownProcess = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/plugins/own-process.test.ts',
  title,
});
const manifest = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/plugins/plugin-manifest.test.ts',
  title,
});
const asked = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/request-policy/ask-policies.test.ts',
  title,
});
const own = 'packages/host/src/own-process/';

/** What holds plugins in their bounds. */
export const patches: PatchList = {
  name: 'plugins',
  list: [
    {
      name: 'time-limit',
      off: 'a server waits for a plugin that does not answer',
      file: `${own}plugin-run.ts`,
      find: '      }, timeLimitMs);',
      replace: '      }, timeLimitMs * 1_000);',
      test: ownProcess('that gives no answer costs its time limit, and its late answer is nobody’s'),
    },
    {
      name: 'error-budget',
      off: 'a plugin that hangs costs its time limit for ever',
      file: `${own}own-process.ts`,
      find: 'if (this.#budget.spend())',
      replace: 'if (this.#budget.spend() && run.isOver)',
      test: ownProcess(
        'that hangs is stopped once its budget is used up; then each call fails at once, and it is started again',
      ),
    },
    {
      name: 'lines-of-a-plugin',
      off: 'a plugin fills the log',
      file: `${own}plugin-run.ts`,
      find: 'if (++this.#lines > maxLines || ',
      replace: 'if (++this.#lines > maxLines * 1e9 || ',
      test: ownProcess('that floods the log is stopped, and calls fail with the reason'),
    },
    {
      name: 'message-of-a-plugin',
      off: 'a plugin fills the memory of the server with one message',
      file: `${own}channel.ts`,
      find: 'if (this.#rest.length > maxMessage)',
      replace: 'if (this.#rest.length > maxMessage * 1e9)',
      test: ownProcess(
        'that floods the pipe with something else than messages is stopped, and calls fail with the reason',
      ),
    },
    {
      name: 'calls-under-way',
      off: 'calls to a plugin that does not answer take the memory of the server',
      file: `${own}plugin-run.ts`,
      find: 'return this.#calls.size >= maxCalls ||',
      replace: 'return this.#calls.size >= maxCalls * 1e9 ||',
      test: ownProcess('has no more to answer than it may: what is beyond it fails at once'),
    },
    {
      name: 'permissions-of-a-plugin',
      off: 'a policy reads the key of the server',
      file: `${own}permissions.ts`,
      find: '...[...readable].map(',
      replace: "...[...readable, '*'].map(",
      test: ownProcess(
        'may read nothing but its modules, run no program, and has nothing of the environment of the server',
      ),
    },
    {
      name: 'environment-of-a-plugin',
      off: 'a policy sees the environment of the server, which may have secrets',
      file: `${own}channel.ts`,
      find: '{ cwd: home, env: {},',
      replace: '{ cwd: home,',
      test: ownProcess(
        'may read nothing but its modules, run no program, and has nothing of the environment of the server',
      ),
    },
    {
      name: 'pass-without-manifest',
      off: 'an operator lets requests pass that the author of the policy says must not',
      file: 'packages/host/src/plugins/load-plugins.ts',
      find: "if (onFailure === 'pass' && manifest.onFailure !== 'pass')",
      replace: "if (onFailure === 'pass' && manifest.onFailure === undefined && config === onFailure)",
      test: ownProcess(
        'refuses to start with a bad configuration, a setup that throws, or a module that reads what it may not',
      ),
    },
    {
      name: 'contract-version',
      off: 'a plugin runs that is made for another contract',
      file: 'packages/host/src/plugins/plugin-manifest.ts',
      find: 'if (apiVersion !== contractVersion) throw contractFault(use, apiVersion);',
      replace: '',
      test: manifest('refuses a plugin for a newer contract, whatever else it says, and runs nothing of it'),
    },
    {
      name: 'idle-permission',
      off: 'a manifest names limits that nothing enforces',
      file: 'packages/host/src/plugins/load-plugins.ts',
      find: '    else checkInServer(entry.use, manifest);\n',
      replace: '',
      test: manifest(
        'refuses a plugin that asks in the server for what nobody keeps it from, and runs nothing of it',
      ),
    },
    {
      name: 'failed-policy',
      off: 'a policy that fails lets everything through',
      file: 'packages/sip-relay/src/request-policy/ask-policies.ts',
      find: "if (onFailure === 'pass') return undefined;",
      replace: "if (onFailure !== 'refuse') return undefined;",
      test: asked('refuses where a policy throws'),
    },
    {
      name: 'password-in-a-view',
      off: 'a policy gets digests, from which passwords are guessed',
      file: 'packages/sip-relay/src/request-policy/view-of.ts',
      find: '    if (secret.has(name)) continue;\n',
      replace: '',
      test: asked('shows no policy what proves a password'),
    },
    {
      name: 'late-policy-of-the-registrar',
      off: 'a registration is kept that a policy refuses later',
      file: 'packages/front-end/src/registrations/registrations.ts',
      find: 'asked = { refused: await later };',
      replace: 'asked = { refused: (await later) && undefined };',
      test: {
        file: 'packages/front-end/test/policies.test.ts',
        title: 'refuses a REGISTER, and then there is no binding; nor is one kept where it fails',
      },
    },
    {
      name: 'late-policy',
      off: 'a request goes on before a policy has answered',
      file: 'packages/front-end/src/front-end.ts',
      find: 'return refused instanceof Promise ? refused.then(relayed) : relayed(refused);',
      replace: 'return refused instanceof Promise ? relayed(undefined) : relayed(refused);',
      test: {
        file: 'packages/front-end/test/policies.test.ts',
        title: 'refuses a REGISTER, and then there is no binding; nor is one kept where it fails',
      },
    },
    {
      name: 'waiting-for-an-exporter',
      off: 'what an exporter does not take fills the memory of the server',
      file: 'packages/host/src/exporter/export-log.ts',
      find: 'if (this.#waiting.length >= maxWaiting)',
      replace: 'if (this.#waiting.length >= maxWaiting * 1e9)',
      test: {
        file: 'packages/host/src/exporter/exporter.test.ts',
        title: 'waits for no exporter: what is too much is left out, and the next batch says how much',
      },
    },
    {
      name: 'store-that-hangs',
      off: 'a store of a plugin that hangs keeps registrations waiting for ever',
      file: 'packages/front-end/src/locations/bounded-locations.ts',
      find: '        }, answerMs);',
      replace: '        }, answerMs * 1_000);',
      test: {
        file: 'packages/front-end/src/locations/bounded-locations.test.ts',
        title: 'that hangs costs two seconds, and nothing once 1,000 calls wait for it',
      },
    },
    {
      name: 'late-change-of-a-store',
      off: 'a registration is kept of which the client was told that it was not',
      file: 'packages/front-end/src/locations/bounded-locations.ts',
      find: 'if (isOver()) throw',
      replace: 'if (isOver() && aor === undefined) throw',
      test: {
        file: 'packages/front-end/src/locations/bounded-locations.test.ts',
        title: 'that decides when its time is over changes nothing: the client was told so',
      },
    },
    {
      name: 'words-of-a-plugin',
      off: 'an object that a plugin logs in place of a text ends the server',
      file: `${own}plugin-run.ts`,
      find: "typeof text === 'string' ? text.slice(0, maxWords) : '(not a text)'",
      replace: 'String(text).slice(0, maxWords)',
      test: ownProcess(
        'that logs an object in place of a text, or fields of the server, has written a line all the same',
      ),
    },
    {
      name: 'answers-of-a-plugin',
      off: 'a plugin writes answers that nobody waits for as often as it likes',
      file: `${own}plugin-run.ts`,
      find: "if (!this.#late.delete(id)) this.kill('answered what nobody waits for');",
      replace: '',
      test: ownProcess('that answers twice is stopped, and calls fail with the reason'),
    },
    {
      name: 'long-lines-of-a-plugin',
      off: 'a plugin fills the log with few and long lines',
      file: `${own}plugin-run.ts`,
      find: ' || this.#characters > maxCharacters',
      replace: '',
      test: ownProcess('that writes long lines of the log is stopped, and calls fail with the reason'),
    },
    {
      name: 'memory-seen-from-outside',
      off: 'a plugin that never ends its turn has as much memory as it likes',
      file: `${own}channel.ts`,
      find: 'if ((residentMb(this.#child.pid) ?? 0) > memoryMb)',
      replace: 'if ((residentMb(undefined) ?? 0) > memoryMb)',
      test: ownProcess(
        'that keeps octets, and never ends its turn is stopped, and calls fail with the reason',
      ),
    },
    {
      name: 'plugin-whose-folder-is-gone',
      off: 'a plugin that cannot be started again ends the server',
      file: `${own}own-process.ts`,
      find: '    let run: PluginRun | undefined;\n    try {',
      replace: '    let run: PluginRun | undefined = this.#start();\n    try {',
      test: ownProcess('whose folder is gone when it is to start again is tried later'),
    },
    {
      name: 'store-that-throws-at-once',
      off: 'a request whose bindings a store throws at is never answered',
      file: 'packages/front-end/src/locations/bounded-locations.ts',
      find: 'return Promise.reject(thrown(error, ownError()));',
      replace: 'throw thrown(error, ownError());',
      test: {
        file: 'packages/front-end/src/locations/bounded-locations.test.ts',
        title: 'that throws at once says so as one that answers later: nobody who asks it is thrown at',
      },
    },
  ],
};
