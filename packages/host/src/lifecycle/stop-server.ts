import type { Log } from '@entente/tls';
import { defaultDrainMs, type RunningServer } from './running-server.ts';

/** Milliseconds that a server has to close what is left after it has drained, or to start after it was told to stop. */
export const closingMs = 5_000;

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
 */
export async function stopServer(running: RunningServer, log: Log, hurry: AbortSignal): Promise<void> {
  const since = performance.now();
  const withinMs = running.drain === undefined ? 0 : (running.drainMs ?? defaultDrainMs);
  log.info(
    { event: 'stopping', withinMs },
    'nothing new is accepted, and what is under way is finished before the server stops',
  );
  const outcome = await drained(running, withinMs, log, hurry);
  const closed = await Promise.race([
    calling(() => running[Symbol.asyncDispose]()).then(
      () => true,
      (err: unknown) => {
        log.error({ event: 'fault', err }, 'what the server consists of could not be closed');
        return false;
      },
    ),
    after(closingMs, false),
  ]);
  logStopped(log, outcome, closed, since);
}

/** Logs the end of a server that was told to stop before it had started. */
export function logStopped(
  log: Log,
  outcome: StopOutcome | 'starting',
  closed: boolean,
  since: number,
): void {
  const isClean = closed && outcome === 'drained';
  log[isClean ? 'info' : 'warn'](
    { event: 'stopped', outcome, closed, afterMs: Math.round(performance.now() - since) },
    closed || outcome === 'starting'
      ? sentences[outcome]
      : `${sentences[outcome]}; not everything could be closed in time, as where a disk does not answer`,
  );
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
