import { Worker } from 'node:worker_threads';

/** Milliseconds that standard output has to take the last line. */
const lastLineMs = 1_000;

/**
 * Ends the process from a thread of its own. `process.exit` waits for each thread of Node, and so for ever for one whose file operation never
 * returns: a disk or a share that does not answer. A signal that nothing can catch ends all of them.
 *
 * A thread that waits for standard output may be held up too: another one ends the process then.
 */
const program = `
const { writeSync } = require('node:fs');
const { parentPort, Worker, workerData } = require('node:worker_threads');
const kill = () => process.kill(process.pid, 'SIGKILL');
const end = (text) => {
  const patience = "setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${lastLineMs})";
  try {
    new Worker(patience, { eval: true, env: {}, execArgv: [] }).once('online', () => {
      try {
        for (let left = Buffer.from(text); left.length > 0; ) left = left.subarray(writeSync(1, left));
      } catch {}
      kill();
    }).once('error', kill);
  } catch {
    kill();
  }
};
const late = () => end(JSON.stringify({ ...workerData.line, time: new Date().toISOString() }) + '\\n');
let timer = setTimeout(late, workerData.withinMs);
parentPort.on('message', ({ text, withinMs }) => {
  clearTimeout(timer);
  if (text === undefined) timer = setTimeout(late, withinMs);
  else end(text);
});
`;

/**
 * Ends this process where it cannot end itself. Where no thread can be started for it, as where this user may have no more of them or no more files are
 * to be opened, it does so from the thread of the process, without the last line: it ends a process with a file operation that never returns, and none
 * whose own thread is held up.
 */
export class EndGuard {
  #thread: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When it ends the process, by `performance.now()`. */
  #deadline: number;

  /**
   * @param withinMs - milliseconds after which it ends the process, whatever holds up the process: its own thread too
   * @param line - the last line of the log then; the time is added
   */
  constructor(withinMs: number, line: object) {
    this.#deadline = performance.now() + withinMs;
    try {
      // Nothing of the process is read again: a disk may not answer.
      this.#thread = new Worker(program, {
        eval: true,
        env: {},
        execArgv: [],
        workerData: { line, withinMs },
      });
      this.#thread.unref();
      this.#thread.on('error', () => this.#goOnHere());
    } catch {
      this.#goOnHere();
    }
  }

  /** @param withinMs - from now on, in the place of the time before */
  allow(withinMs: number): void {
    this.#deadline = performance.now() + withinMs;
    if (this.#thread === undefined) this.#goOnHere();
    else this.#thread.postMessage({ withinMs });
  }

  /**
   * Ends the process now, by SIGKILL.
   * @param text - written to standard output before
   */
  end(text: string): Promise<never> {
    this.#deadline = performance.now();
    if (this.#thread === undefined) kill();
    this.#thread?.ref();
    this.#thread?.postMessage({ text });
    return new Promise(() => {});
  }

  #goOnHere(): void {
    this.#thread = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(kill, Math.max(0, this.#deadline - performance.now()));
    this.#timer.unref();
  }
}

function kill(): void {
  process.kill(process.pid, 'SIGKILL');
}
