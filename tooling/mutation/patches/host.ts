import type { PatchList } from '../patch.ts';

/** What every server does once. */
export const patches: PatchList = {
  name: 'host',
  list: [
    {
      name: 'log-lines',
      off: 'a peer writes into the terminal on which the log is read',
      file: 'packages/host/src/logger.ts',
      find: 'hooks: { streamWrite: escapeInvisible },',
      replace: 'hooks: { streamWrite: (line) => (line === "" ? escapeInvisible(line) : line) },',
      test: {
        file: 'packages/host/src/logger.test.ts',
        title: 'shows "\u202egro.elpmaxe" escaped, in fields and in the sentence, and says the same',
      },
    },
  ],
};
