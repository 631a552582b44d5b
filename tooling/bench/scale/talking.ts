import type { BuiltScript } from '../built.ts';
import type { LoadPair } from '../load/order.ts';
import { cores, nextMessage, startPinnedBuilt } from '../load/pinned-process.ts';
import { processMs } from '../thread-time.ts';
import type { TalkNotice, TalkOrder, TalkSides } from './talk-order.ts';

/** What pairs that talk found out about a server. */
export interface Talked {
  /** Processor time of the server for one transaction, microseconds. */
  readonly micros: number;
  /** Transactions that did not end with 200. */
  readonly failed: number;
}

/** Pairs of users at one server, each side on a connection of its own; the server is on one core, they on another. */
export class Talking implements Disposable {
  readonly #child;
  readonly #pid: number;
  readonly #sides: TalkSides;
  readonly #pairs: readonly LoadPair[];
  #open = 0;

  /**
   * @param script `talkers.ts`, built
   * @param pid of the server
   * @param sides where they connect
   * @param pairs as many as there may be
   */
  constructor(script: BuiltScript, pid: number, sides: TalkSides, pairs: readonly LoadPair[]) {
    this.#child = startPinnedBuilt(script.file, cores.generator);
    this.#pid = pid;
    this.#sides = sides;
    this.#pairs = pairs;
  }

  /** Opens pairs, or closes some, so that there are so many. */
  async resize(pairs: number): Promise<void> {
    const order: TalkOrder =
      pairs > this.#open
        ? { type: 'open', sides: this.#sides, pairs: this.#pairs.slice(this.#open, pairs) }
        : { type: 'keep', pairs };
    await this.#tell(order);
    this.#open = pairs;
  }

  /** Exchanges messages, each pair in turn. */
  async talk(ratePerSecond: number, milliseconds: number): Promise<Talked> {
    const before = processMs(this.#pid);
    const { count, failed } = await this.#tell({ type: 'talk', ratePerSecond, milliseconds });
    return { micros: ((processMs(this.#pid) - before) * 1_000) / count, failed };
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  async #tell(order: TalkOrder): Promise<Extract<TalkNotice, { type: 'done' }>> {
    this.#child.send(order);
    const notice = await nextMessage<TalkNotice>(this.#child);
    if (notice.type === 'fault') throw new Error(`${order.type}: ${notice.message}`);
    return notice;
  }
}
