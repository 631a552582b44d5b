import type { Call } from '@entente/sip-endpoint';
import type { Clock } from '@entente/tls';

/** What says that nobody is at the other end, or that nobody can be reached there (RFC 5057 §5.1, RFC 5626 §5.3). */
const gone: ReadonlySet<number> = new Set([404, 408, 410, 430, 480, 481, 504]);
/** Questions in a row without a sign of the other end after which a call is ended: a server between may have started again. */
const mostMissed = 3;

/** How the other end of a call is asked. */
export interface WatchCallOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** Milliseconds from one question to the next. */
  readonly everyMs: number;
}

/**
 * Asks the other end of a call by OPTIONS from time to time, and ends a call of which nobody is left: who breaks off without BYE would keep its
 * place for ever.
 * @param call - that was established
 * @param options - how often
 * @see RFC 3261 §11 and §12.2.1.2
 */
export function watchCall(call: Pick<Call, 'ended' | 'hangUp' | 'request'>, options: WatchCallOptions): void {
  const { clock, everyMs } = options;
  let missed = 0;
  let isOver = false;
  const ask = async (): Promise<void> => {
    const status = await call.request('OPTIONS').then(
      (response) => response.status,
      () => undefined,
    );
    if (isOver) return;
    missed = status === undefined || gone.has(status) ? missed + 1 : 0;
    if (missed >= mostMissed) await call.hangUp().catch(() => {});
    else cancel = clock.after(everyMs, () => void ask());
  };
  let cancel = clock.after(everyMs, () => void ask());
  void call.ended.then(() => {
    isOver = true;
    cancel();
  });
}
