import { cores, nextMessage, startPinned } from '../load/pinned-process.ts';
import type { HoldNotice, HoldOrder } from './order.ts';

/** A process that holds connections, on the generator's core. */
export interface Holder extends Disposable {
  /**
   * Has it do something, and waits until it is done.
   *
   * @returns how much it has done; see `HoldNotice`
   * @throws Error when that is less than `wanted`, with the first reason
   */
  tell(order: HoldOrder, wanted: number): Promise<void>;
}

/** Starts a holder; its connections end with it. */
export function startHolder(): Holder {
  const child = startPinned(new URL('./holder.ts', import.meta.url), cores.generator);
  return {
    async tell(order, wanted) {
      child.send(order);
      const notice = await nextMessage<HoldNotice>(child);
      if (notice.type === 'fault') throw new Error(`${order.type}: ${notice.message}`);
      const { count, refused } = notice;
      if (count >= wanted && refused.length === 0) return;
      throw new Error(`${order.type}: ${count} of ${wanted}, ${refused.length} refused: ${refused[0] ?? ''}`);
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
