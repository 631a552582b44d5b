import type { PatchList } from '../patch.ts';

/** That a server ends when it is told to, and not before. */
export const patches: PatchList = {
  name: 'server-ends',
  list: [
    {
      name: 'drain-that-throws',
      off: 'a server whose drain throws at once is not disposed of',
      file: 'packages/host/src/lifecycle/stop-server.ts',
      find: 'calling(() => running.drain?.(withinMs)).then(',
      replace: '(running.drain(withinMs) as Promise<boolean | undefined>).then(',
      test: {
        file: 'packages/host/test/run-server.test.ts',
        title: 'disposes of a server whose drain throws at once',
      },
    },
    {
      name: 'held-process',
      off: 'a process that a file operation holds up waits for it for ever',
      file: 'packages/host/src/lifecycle/end-process.ts',
      find: 'if (isHeld)',
      replace: 'if (isHeld && status > 2)',
      test: { file: 'packages/host/test/stuck-server.test.ts', title: 'where nothing waits for it' },
    },
    {
      name: 'held-own-thread',
      off: 'a process whose own thread is held up while it stops stays for ever',
      file: 'packages/host/src/lifecycle/end-guard.ts',
      find: 'timer = setTimeout(late, withinMs);',
      replace: 'return;',
      test: { file: 'packages/host/test/stuck-server.test.ts', title: 'where its own thread waits for it' },
    },
    {
      name: 'end-without-threads',
      off: 'a server that may start no more threads crashes where it is told to stop',
      file: 'packages/host/src/lifecycle/end-guard.ts',
      find: '} catch {\n      this.#goOnHere();',
      replace: '} catch (error) {\n      throw error;',
      test: {
        file: 'packages/host/test/stuck-server.test.ts',
        title: 'which it hears at once, stops as any other',
      },
    },
    {
      name: 'end-guard-that-failed',
      off: 'a server whose guard cannot begin is held up for ever',
      file: 'packages/host/src/lifecycle/end-guard.ts',
      find: "this.#thread.on('error', () => this.#goOnHere());",
      replace: "this.#thread.on('error', () => {});",
      test: {
        file: 'packages/host/test/stuck-server.test.ts',
        title: 'which it hears later, ends though a file operation never returns',
      },
    },
    {
      name: 'unclosable-server',
      off: 'a server that cannot be closed shows when it is told to stop',
      file: 'packages/host/src/run.ts',
      find: 'checkRunning(await program.start(configFile, stop.signal))',
      replace: 'await program.start(configFile, stop.signal)',
      test: {
        file: 'packages/host/test/run-server.test.ts',
        title: 'refuses a program that is bare before it is told to stop',
      },
    },
    {
      name: 'ready-while-stopping',
      off: 'clients are sent to a server that stops',
      file: 'packages/host/src/management/answer-management.ts',
      find: "if (stage !== 'serving') return of(503, { status: stage });",
      replace: "if (stage === 'starting') return of(503, { status: stage });",
      test: {
        file: 'packages/host/src/management/answer-management.test.ts',
        title: 'is not ready while it is stopping',
      },
    },
    {
      name: 'waits-for-nothing',
      off: 'a client that is connected to nothing, and whose standard input has ended, ends with the status 13 and without a word',
      file: 'packages/host/src/run.ts',
      find: 'setInterval(() => {}, longestTimerMs)',
      replace: 'setInterval(() => {}, longestTimerMs).unref()',
      test: {
        file: 'packages/host/test/run-server.test.ts',
        title: 'runs until it is told to stop, though nothing of it waits for anything',
      },
    },
    {
      name: 'left-where-none-listens',
      off: 'a front end that cannot listen leaves behind what it has opened',
      file: 'packages/front-end/src/serve-front-end.ts',
      find: 'await opened.orEnd(() => openFrontEnd(options, opened));',
      replace: 'await openFrontEnd(options, opened);',
      test: {
        file: 'packages/front-end/test/does-not-listen.test.ts',
        title: 'a front end that cannot listen ends all that it has opened',
      },
    },
    {
      name: 'ended-in-order',
      off: 'what was opened first ends first, below those that use it',
      file: 'packages/sip-relay/src/server/opened-parts.ts',
      find: 'this.#ends.splice(0).reverse()',
      replace: 'this.#ends.splice(0)',
      test: {
        file: 'packages/sip-relay/src/server/opened-parts.test.ts',
        title: 'what a server has opened ends in the opposite order, once',
      },
    },
  ],
};
