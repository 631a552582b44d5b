import type { Log } from '@entente/tls';
import type { EndGuard } from './end-guard.ts';
import { areThreadsHeld } from './held-threads.ts';
import { defaultDrainMs, type RunningServer } from './running-server.ts';

/** Milliseconds that a server has to close what is left after it has drained, or to start after it was told to stop. */
export const closingMs = 5_000;

/** Milliseconds that its end takes at most after that, and after its time to drain: it is ended from outside its own thread then. */
export const endingMs = closingMs + 3_000;

/** How a server came to its end. */
export type StopOutcome =
  /** Everything was finished, or there was nothing to drain. */
  | 'drained'
  /** The time to drain was over; what was left was closed. */
  | 'time-over'
  /** It was told to stop once more while it drained. */
  | 'told-again'
  /** Draining failed of a fault, which is logged. */
  | 'failed';

/**
 * Brings a server to its end: drains it within its time, then disposes of it. Never waits for longer than both may take.
 * @param running - what to stop
 * @param log - has the lines `stopping` and `stopped`
 * @param hurry - aborted where the process is told to stop once more
 * @param guard - learns how long that may take
 * @returns whether something holds up the process, which cannot end itself then
 */
export async function stopServer(
  running: RunningServer,
  log: Log,
  hurry: AbortSignal,
  guard: Pick<EndGuard, 'allow'>,
): Promise<boolean> {
  const since = performance.now();
  const withinMs = running.drain === undefined ? 0 : (running.drainMs ?? defaultDrainMs);
  guard.allow(withinMs + endingMs);
  log.info(
    { event: 'stopping', withinMs },
    'nothing new is accepted, and what is under way is finished before the server stops',
  );
  const outcome = await drained(running, withinMs, log, hurry);
  const closed = await Promise.race([
    calling(() => running[Symbol.asyncDispose]()).then(
      () => 'in-time' as const,
      (err: unknown) => {
        log.error({ event: 'fault', err }, 'what the server consists of could not be closed');
        return 'failed' as const;
      },
    ),
    after(closingMs, 'not-in-time' as const),
  ]);
  const isHeld = closed === 'not-in-time' || (await areThreadsHeld());
  logStopped(log, { outcome, closed: closed === 'in-time', isHeld, since });
  return isHeld;
}

/** How a server that was told to stop has come to its end. */
export interface Stopped {
  readonly outcome: StopOutcome | 'starting';
  /** Whether everything was closed in time. */
  readonly closed: boolean;
  /** Whether something holds up the process, which is killed then. */
  readonly isHeld: boolean;
  /** When it was told, in milliseconds of `performance.now()`. */
  readonly since: number;
}

/**
 * Logs the end of a server.
 * @param log - has the line `stopped`
 * @param stopped - how it came to that
 */
export function logStopped(log: Log, { closed, isHeld, outcome, since }: Stopped): void {
  const isClean = closed && outcome === 'drained';
  const afterMs = Math.round(performance.now() - since);
  const level = isHeld ? 'error' : isClean ? 'info' : 'warn';
  const sentence =
    closed || outcome === 'starting'
      ? sentences[outcome]
      : `${sentences[outcome]}; not everything could be closed in time, as where a disk does not answer`;
  log[level](
    { event: 'stopped', outcome, closed, afterMs, ...(isHeld ? { killed: true, remedy: heldRemedy } : {}) },
    isHeld ? `${sentence}; ${heldSentence}` : sentence,
  );
}

const heldSentence = 'something holds up its process, which ends by SIGKILL';
const heldRemedy =
  'See whether each disk and each share that it uses answers: a file operation that does not return is the usual reason.';

/**
 * The last line of a server whose own thread is held up, so that it can write none.
 * @param app - name of the program
 */
export function stuckLine(app: string): object {
  return {
    level: 50,
    app,
    pid: process.pid,
    event: 'stopped',
    outcome: 'stuck',
    closed: false,
    killed: true,
    remedy: heldRemedy,
    msg: `the server has not stopped in its time; ${heldSentence}`,
  };
}

const sentences: Readonly<Record<StopOutcome | 'starting', string>> = {
  drained: 'the server has stopped; nothing was under way any more',
  'time-over':
    'the server has stopped; its time to drain was over, and what was under way has ended without an answer',
  'told-again':
    'the server has stopped at once, as it was told; what was under way has ended without an answer',
  failed: 'the server has stopped; it could not finish what was under way',
  starting: 'the server has stopped before it had started',
};

async function drained(
  running: RunningServer,
  withinMs: number,
  log: Log,
  hurry: AbortSignal,
): Promise<StopOutcome> {
  if (running.drain === undefined) return 'drained';
  const draining = calling(() => running.drain?.(withinMs)).then(
    (isDone): StopOutcome => (isDone ? 'drained' : 'time-over'),
    (err: unknown): StopOutcome => {
      log.error({ event: 'fault', err }, 'the server could not be drained');
      return 'failed';
    },
  );
  const toldAgain = new Promise<StopOutcome>((resolve) => {
    const hurried = (): void => resolve('told-again');
    if (hurry.aborted) hurried();
    else hurry.addEventListener('abort', hurried, { once: true });
  });
  // A server that does not keep to its time is not waited for.
  return Promise.race([draining, toldAgain, after<StopOutcome>(withinMs + 1_000, 'time-over')]);
}

/** What is thrown at once is the same as what a promise is rejected with: a module of an operator may have no async functions. */
async function calling<T>(call: () => T): Promise<Awaited<T>> {
  return await call();
}

/** The timer keeps the process alive: without it, a process with nothing left to do would end before it says so. */
function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}
