import { monotonicMs } from '../live-trust/order.ts';
import type { Person } from './person.ts';

/** What is not reachable by then never is, in milliseconds: far more than is promised, so that a slow machine shows a figure. */
const limitMs = 60_000;
/** After a refusal, before the next request. */
const pauseMs = 200;
/** Without an answer, before another request: sooner it would be load, on a machine that is slow. */
const patienceMs = 1_000;

/**
 * Sends MESSAGE after MESSAGE until one is answered 200.
 * @param from - who sends
 * @param to - address of the user
 * @param since - moment from which the time counts, by `monotonicMs`
 * @returns milliseconds; undefined where nobody answered in time
 */
export function reachedAfter(from: Person, to: string, since: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    let next: NodeJS.Timeout | undefined;
    let isDone = false;
    const done = (after: number | undefined): void => {
      isDone = true;
      clearTimeout(next);
      clearTimeout(limit);
      resolve(after);
    };
    const sendIn = (ms: number): void => {
      clearTimeout(next);
      next = setTimeout(send, ms);
    };
    const send = (): void => {
      sendIn(patienceMs);
      void from.message(to).then((status) => {
        if (isDone) return;
        if (status === 200) done(monotonicMs() - since);
        else sendIn(pauseMs);
      });
    };
    const limit = setTimeout(() => done(undefined), limitMs);
    send();
  });
}

/**
 * Waits for something that may never come.
 * @param coming - what is awaited
 * @returns undefined where it has not come in time
 */
export async function inTime<T>(coming: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Does something for each of several, a few at a time: all of them together would be a load test.
 * @param items - of any kind
 * @param act - what is done
 */
export async function eachOf<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

const atOnce = 8;
