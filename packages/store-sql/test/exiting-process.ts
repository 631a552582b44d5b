import { startOwnThread } from '../src/worker/own-thread.ts';

/** A process that exits, with status 7, while its thread reads. Argument: the database. */
const [, , file = ''] = process.argv;
const thread = startOwnThread<never, 'reads'>(
  {
    from: import.meta.url,
    entry: { built: './reading-thread.js', source: './reading-thread.mjs' },
    workerData: { file },
  },
  (cause) => cause as Error,
);
// Each time it says so it begins to read; the first time it may take longer to.
for (let begun = 0; begun < 5; begun++) await thread.next();
process.exit(7);
