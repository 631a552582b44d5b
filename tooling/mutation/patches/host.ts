import type { MutationPatch, PatchList } from '../patch.ts';

const run = 'packages/host/src/run.ts';

const stopping = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/test/run-server.test.ts',
  title,
});

/** What ends a server. */
export const patches: PatchList = {
  name: 'host',
  list: [
    {
      name: 'stop-with-stdin',
      off: 'a server outlives the process that holds its standard input',
      file: run,
      find: 'process.stdin.once(event, () => stop.abort());',
      replace: ';',
      test: stopping('stops with status 0, and disposes of what it started, when standard input ends'),
    },
    {
      name: 'stop-while-starting',
      off: 'a server that is still starting cannot be stopped',
      file: run,
      find: 'setTimeout(() => process.exit(0), drainMs).unref();',
      replace: '',
      test: stopping('stops although it is still starting'),
    },
  ],
};
