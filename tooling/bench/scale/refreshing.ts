import type { BuiltScript } from '../built.ts';
import { cores, nextMessage, startPinnedBuilt } from '../load/pinned-process.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { heldUser } from '../memory/idle-connections.ts';
import { processMs } from '../thread-time.ts';
import type { RefreshNotice, RefreshOrder } from './refresh-order.ts';

/** What a front end does in a second of its processor time, and in one of the clock. */
export interface Rate {
  readonly perProcessorSecond: number;
  readonly perSecond: number;
}

/** Clients of a front end that refresh their registrations, in a process of their own. */
export class Refreshing implements Disposable {
  readonly #child;
  readonly #pool: PoolFrontEnd;

  /**
   * @param script `refreshers.ts`, built
   * @param pool whose callers they are
   */
  constructor(script: BuiltScript, pool: PoolFrontEnd) {
    this.#child = startPinnedBuilt(script.file, cores.generator);
    this.#pool = pool;
  }

  /** Connects and registers all of them. */
  async open(): Promise<void> {
    const { byUser } = this.#pool;
    // The called register by themselves for the messages.
    const users = byUser.pairs.map(({ from }) => heldUser(from, this.#pool));
    await this.#tell({ type: 'open', tls: byUser.caller, users });
  }

  /** Has each register again and again for some time, as soon as it is answered. */
  async refresh(milliseconds: number): Promise<Rate & { readonly invalid: readonly string[] }> {
    const { pid } = this.#pool;
    const before = processMs(pid);
    const { count, refused, seconds } = await this.#tell({ type: 'refresh', milliseconds });
    return {
      perSecond: count / seconds,
      perProcessorSecond: (count / (processMs(pid) - before)) * 1_000,
      invalid: Object.entries(refused).map(
        ([status, times]) => `a client was answered ${times} times "${status}"`,
      ),
    };
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  async #tell(order: RefreshOrder): Promise<Extract<RefreshNotice, { type: 'done' }>> {
    this.#child.send(order);
    const notice = await nextMessage<RefreshNotice>(this.#child);
    if (notice.type === 'fault') throw new Error(`${order.type}: ${notice.message}`);
    return notice;
  }
}
