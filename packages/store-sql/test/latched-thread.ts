import { parentPort, workerData } from 'node:worker_threads';
import { passOfThread } from '../src/driver/block-statements-at-exit.ts';

/** A thread whose calls each last until the process exits, and a little longer. */
const flags = new Int32Array((workerData as { shared: SharedArrayBuffer }).shared);
const [inCall, exits] = [0, 1];
const pass = passOfThread();
parentPort?.postMessage('calls');
for (;;) {
  pass(() => {
    Atomics.store(flags, inCall, 1);
    while (Atomics.load(flags, exits) === 0);
    Atomics.wait(flags, exits, 1, 100);
    Atomics.store(flags, inCall, 0);
  });
}
