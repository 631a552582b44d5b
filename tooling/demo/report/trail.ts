import type { AppProcess } from '@entente/testkit';
import { type ObservedTransaction, transactionOf } from './observed-transactions.ts';

/** Ends what hangs; a busy machine may be slow. */
const waitMs = 60_000;

/** The ends of a way. */
export interface TrailEnds {
  /** Whether a request that a server has received is the first on the way. */
  readonly isFirst?: (received: ObservedTransaction) => boolean;
  readonly isLast?: (transaction: ObservedTransaction) => boolean;
}

/** Listens to the servers of a network for the way that a request takes, from now on. */
export class Trail implements Disposable {
  readonly #servers: ReadonlySet<string>;
  readonly #seen: ObservedTransaction[] = [];
  readonly #stops: (() => void)[] = [];
  readonly #isFirst: NonNullable<TrailEnds['isFirst']>;
  readonly #isLast: NonNullable<TrailEnds['isLast']>;
  #tell = () => {};

  /**
   * @param processes - servers
   * @param method - of the request
   * @param ends - how its first and its last transaction are known; default those with users
   */
  constructor(processes: readonly AppProcess[], method: string, ends: TrailEnds = {}) {
    const { isFirst = ({ peer }) => peer === undefined } = ends;
    const { isLast = ({ peer, role }) => role === 'client' && peer === undefined } = ends;
    this.#servers = new Set(processes.map(({ name }) => name));
    this.#isFirst = isFirst;
    this.#isLast = isLast;
    for (const process of processes)
      this.#stops.push(
        process.onRecord((record) => {
          const found = transactionOf(process.name, record);
          if (found?.method !== method || found.status !== 200) return;
          this.#seen.push(found);
          this.#tell();
        }),
      );
  }

  /**
   * The servers that have received the request, first to last, once every one of them has logged it.
   * @throws where that does not come
   */
  async servers(): Promise<readonly string[]> {
    const giveUp = AbortSignal.timeout(waitMs);
    for (;;) {
      const servers = this.#whole();
      if (servers !== undefined) return servers;
      await new Promise<void>((resolve, reject) => {
        this.#tell = resolve;
        giveUp.onabort = () =>
          reject(new Error(`the servers did not log the way of a request: ${JSON.stringify(this.#seen)}`));
      });
    }
  }

  /** The way of the first request of which nothing is missing; of one from before this began to listen, the beginning always is. */
  #whole(): readonly string[] | undefined {
    for (const last of this.#seen.filter(this.#isLast)) {
      const way = this.#wayTo(last);
      if (way !== undefined) return way;
    }
    return undefined;
  }

  /** The way that ends so, where nothing of it is missing any more. */
  #wayTo(last: ObservedTransaction): readonly string[] | undefined {
    const own = this.#seen.filter(({ callId }) => callId === last.callId);
    const received = own.filter(({ role }) => role === 'server');
    const sent = own.filter(({ at, role }) => role === 'client' && received.some((one) => one.at === at));
    // Who is on the way sends on what it receives; a server at its end sends nothing.
    const expected = received.length - (last.role === 'server' ? 1 : 0);
    const isAccountedFor = ({ peer }: ObservedTransaction): boolean =>
      peer === undefined || !this.#servers.has(peer) || own.some(({ at }) => at === peer);
    if (!received.some(this.#isFirst) || sent.length !== expected) return undefined;
    if (!own.every(isAccountedFor)) return undefined;
    // A server that waits for those after it takes longer than each of them.
    return received.sort((one, other) => other.ms - one.ms).map(({ at }) => at);
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}
