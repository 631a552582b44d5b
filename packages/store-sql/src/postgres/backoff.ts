import { setTimeout as after } from 'node:timers/promises';

const firstMs = 50;
const longestMs = 5_000;

/**
 * How long to wait before the next attempt: longer each time, and a random part of it, so that many servers do not come back at once.
 * @param attempt - from 0
 * @param random - 0 to 1
 * @returns milliseconds, 25 to 5,000
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20));
  return full / 2 + (random * full) / 2;
}

/**
 * Waits before the next attempt.
 * @param signal - ends the wait at once, without an error
 * @param ref - whether the wait keeps the process alive: one that somebody awaits has to, or the process ends without a word
 */
export async function pauseBefore(
  attempt: number,
  signal: AbortSignal,
  { ref }: { readonly ref: boolean },
): Promise<void> {
  await after(backoffMs(attempt, Math.random()), undefined, { signal, ref }).catch(() => {});
}
