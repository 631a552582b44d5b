import { workerData } from 'node:worker_threads';

/** The bits of the one number of a latch. */
const busy = 1;
const shut = 2;
/** Milliseconds that an ending process waits for a statement. A thread that has died in one never ends it. */
const patienceMs = 10_000;

/**
 * Stands between a thread and its database. Node stops the threads of a process that exits, wherever they are, and libsql answers a
 * statement of a stopped thread by aborting the process: its exit status is lost then, and all that had still to be written.
 */
export interface StatementLatch {
  /** Goes to the thread in its `workerData`, as `statementLatch`. */
  readonly shared: SharedArrayBuffer;
  /** Forgets the latch: its thread has ended. */
  remove(): void;
}

const latches = new Set<Int32Array>();

/** Makes the latch of a thread that is started next. When this process exits, no statement of the thread is under way, and none begins. */
export function statementLatch(): StatementLatch {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const latch = new Int32Array(shared);
  if (latches.size === 0) process.on('exit', shutAll);
  latches.add(latch);
  return {
    shared,
    remove() {
      if (latches.delete(latch) && latches.size === 0) process.off('exit', shutAll);
    },
  };
}

function shutAll(): void {
  const deadline = performance.now() + patienceMs;
  // Shut first: between two statements of a busy thread there is no time to look.
  for (const latch of latches) Atomics.or(latch, 0, shut);
  for (const latch of latches) {
    while ((Atomics.load(latch, 0) & busy) !== 0 && performance.now() < deadline) {
      Atomics.wait(latch, 0, busy | shut, 1);
    }
  }
}

/** Executes a call of the database, and none in a thread whose latch is shut: it waits there until the process has ended. */
export type Pass = <T>(call: () => T) => T;

/** The latch of this thread; in a thread that has none, each call is executed. */
export function passOfThread(): Pass {
  const shared = (workerData as { statementLatch?: SharedArrayBuffer } | null)?.statementLatch;
  if (!(shared instanceof SharedArrayBuffer)) return (call) => call();
  const latch = new Int32Array(shared);
  return (call) => {
    if (Atomics.compareExchange(latch, 0, 0, busy) !== 0) Atomics.wait(latch, 0, shut);
    try {
      return call();
    } finally {
      Atomics.and(latch, 0, shut);
    }
  };
}
