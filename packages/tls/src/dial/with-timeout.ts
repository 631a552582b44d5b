import { TlsFault } from '../fault/fault.ts';

/**
 * Waits for something, for a time.
 *
 * @param work - what is waited for; it is not ended
 * @param timeoutMs - milliseconds
 * @param signal - gives up when it aborts
 * @param place - `host:port`, for the fault
 * @throws TlsFault `ENTENTE_TIMEOUT`; the signal's reason
 */
export async function within<T>(
  work: Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  place: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let aborted: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new TlsFault('ENTENTE_TIMEOUT', {
          sentence: `expected a verdict in time, found none after ${Math.round(timeoutMs)} ms`,
          place,
          remedy: 'check that the address is reachable, and that the server there is not overloaded',
        }),
      );
    }, timeoutMs);
    aborted = () => reject(signal?.reason);
    signal?.addEventListener('abort', aborted, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    if (aborted !== undefined) signal?.removeEventListener('abort', aborted);
  }
}
