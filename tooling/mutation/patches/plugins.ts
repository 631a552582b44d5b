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

const itsProcess = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/own-process/own-process.test.ts',
  title,
});
const itsEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/own-process/end-with-server.test.ts',
  title,
});
const store = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/locations/plugin-locations.test.ts',
  title,
});
const known = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/locations/known-locations.test.ts',
  title,
});

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
        'that hangs is stopped once its budget is used up; then each call fails at once, and it is started again: it waits for ever',
      ),
    },
    {
      name: 'lines-of-a-plugin',
      off: 'a plugin fills the log',
      file: `${own}second-budget.ts`,
      find: 'return ++this.#messages > this.#limits.messages || ',
      replace: 'return ++this.#messages > this.#limits.messages * 1e9 || ',
      test: ownProcess('that floods the log is stopped, and calls fail with the reason'),
    },
    {
      name: 'message-of-a-plugin',
      off: 'a plugin fills the memory of the server with one message',
      file: `${own}channel.ts`,
      find: 'if (this.#lines.waiting > maxMessage)',
      replace: 'if (this.#lines.waiting > maxMessage * 1e9)',
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
      file: `${own}second-budget.ts`,
      find: ' || this.#characters > this.#limits.characters',
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
      name: 'plugin-that-reads-nothing',
      off: 'a plugin that nobody calls computes without end',
      file: `${own}plugin-run.ts`,
      find: 'if (this.#unread >= maxUnread)',
      replace: 'if (this.#unread >= maxUnread * 1e9)',
      test: itsProcess('that never ends its turn is stopped, also where nobody calls it'),
    },
    {
      name: 'answers-to-no-question',
      off: 'a plugin writes that it still reads as often as it likes',
      file: `${own}plugin-run.ts`,
      find: 'if (--this.#asked < 0)',
      replace: 'if (--this.#asked < -1e9)',
      test: itsProcess('that answers questions which nobody has asked is stopped'),
    },
    {
      name: 'told-by-a-plugin',
      off: 'a plugin reports changes as often as it likes',
      file: `${own}plugin-run.ts`,
      find: 'if (this.#events.spend(characters))',
      replace: 'if (this.#events.spend(characters) && event === undefined)',
      test: itsProcess('that tells as fast as it can is stopped'),
    },
    {
      name: 'long-answers-of-a-plugin',
      off: 'an answer is as long as the plugin likes',
      file: `${own}runner.mjs`,
      find: 'if (message.length > maxAnswer)',
      replace: 'if (message.length > maxAnswer * 1e9)',
      test: itsProcess('answers no more than its port lets it, as a failure of that call alone'),
    },
    {
      name: 'process-without-its-server',
      off: 'a plugin that never ends its turn outlives its server',
      file: `${own}end-with-server.ts`,
      find: 'kill -9 "$1"',
      replace: 'kill -0 "$1"',
      test: itsEnd('is gone after the server was killed, though it reads of no pipe and never ends its turn'),
    },
    {
      name: 'programs-without-a-server',
      off: 'a program that a plugin has started outlives a server that is killed',
      file: `${own}end-with-server.ts`,
      find: 'kill -9 "-$1"; ',
      replace: '',
      test: itsEnd('is gone after the server was killed with `kill -9`'),
    },
    {
      name: 'programs-without-a-plugin',
      off: 'a program that a plugin has started outlives the plugin',
      file: `${own}channel.ts`,
      find: 'endGroup(this.#child.pid);',
      replace: '',
      test: itsEnd('is gone once the plugin was unloaded'),
    },
    {
      name: 'guard-that-is-stopped',
      off: 'a plugin stops what would end it with its server',
      file: `${own}channel.ts`,
      find: 'if (this.#guard?.isStopped === true) this.#lost();',
      replace: 'if (memoryMb < 0) this.#lost();',
      test: itsEnd('is stopped where what would end it is stopped itself'),
    },
    {
      name: 'guard-that-is-gone',
      off: 'a plugin rids itself of what would end it with its server',
      file: `${own}end-with-server.ts`,
      find: 'if (!isOver) onLost();',
      replace: '',
      test: itsEnd('is stopped where what would end it is gone, such as by its own doing'),
    },
    {
      name: 'change-that-was-overtaken',
      off: 'what another server has registered meanwhile is lost',
      file: `${own}runner.mjs`,
      find: 'canonical(found) === expected ?',
      replace: 'canonical(found) !== undefined ?',
      test: store('decides again where another server was faster, and loses neither change'),
    },
    {
      name: 'bindings-of-a-plugin',
      off: 'a store of a plugin makes up bindings of another user',
      file: 'packages/front-end/src/locations/plugin-locations.ts',
      find: 'const binding = readBinding(one, aor, now);',
      replace: 'const binding = readBinding(one, one.aor ?? aor, now);',
      test: store('leaves out what is no binding of the user, says so once, and is never stopped for it'),
    },
    {
      name: 'removed-while-the-store-is-away',
      off: 'who was signed out while a store was away is found again',
      file: 'packages/front-end/src/locations/known-locations.ts',
      find: 'isLate?.(binding) !== true && ',
      replace: '',
      test: known(
        'finds no more what was to be removed while the store was away, and removes it when the store is back',
      ),
    },
    {
      name: 'known-of-a-store',
      off: 'what is known of a store takes the memory of the server',
      file: 'packages/front-end/src/locations/known-locations.ts',
      find: 'if (this.#order.size <= this.#maxKnown) return;',
      replace: 'if (this.#order.size <= this.#maxKnown * 1e9) return;',
      test: known('knows no more users than it may, and forgets first who was asked for least recently'),
    },
    {
      name: 'policies-of-other-servers',
      off: 'an edge hands on what its policy refuses',
      file: 'packages/sip-relay/src/request-policy/with-policies.ts',
      find: 'refused === undefined ? decided : refuse(refused)',
      replace: 'refused === undefined ? decided : decided',
      test: {
        file: 'packages/sip-relay/src/request-policy/with-policies.test.ts',
        title: 'refuses what they refuse of that which it at once decides to relay',
      },
    },
    {
      name: 'plugins-of-other-roles',
      off: 'a server runs a plugin that nobody asks',
      file: 'apps/pool-server/src/roles/served-roles.ts',
      find: 'if (other === undefined) return;',
      replace: "if (other?.port !== '') return;",
      test: {
        file: 'apps/pool-server/test/served-roles.test.ts',
        title: 'of a mediation for locations is refused where the role does not use it',
      },
    },
    {
      name: 'ended-when-ready',
      off: 'a plugin whose process has ended behind its word that it is ready is never started again, and health is well',
      file: 'packages/host/src/own-process/own-process.ts',
      find: 'if (ended !== undefined)',
      replace: "if (ended === '')",
      test: {
        file: 'packages/host/src/own-process/own-process.test.ts',
        title: 'that ends behind the word that it is ready has not been set up',
      },
    },
  ],
};
