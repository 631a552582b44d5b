import { startOwnThread } from '../src/worker/own-thread.ts';

/**
 * A process that exits while a call of its thread is under way. Its status is 7 where the call has ended before the process stops its threads, and none has begun
 * after it; else 8.
 */
const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
const [inCall, exits] = [0, 1];
const flags = new Int32Array(shared);
process.on('exit', () => void Atomics.store(flags, exits, 1));
const thread = startOwnThread<never, 'calls'>(
  {
    from: import.meta.url,
    entry: { built: './latched-thread.js', source: './latched-thread.mjs' },
    workerData: { shared },
  },
  (cause) => cause as Error,
);
process.on('exit', () => {
  process.exitCode = Atomics.wait(flags, inCall, 0, 50) === 'timed-out' ? 7 : 8;
});
await thread.next();
while (Atomics.load(flags, inCall) === 0);
process.exit();
