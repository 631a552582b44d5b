import { createTestAuthority } from '@entente/testkit';
import { buildScript } from '../built.ts';
import { startBareRelay } from '../load/bare-relay.ts';
import type { LoadTls } from '../load/order.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import type { HoldOrder } from '../memory/order.ts';
import { type Holder, startHolder } from '../memory/run-holder.ts';
import { type BenchOutcome, measured } from '../suite.ts';
import { exponent } from './exponent.ts';
import { Talking } from './talking.ts';

/** Transactions a second, whatever the number of connections is. */
const ratePerSecond = 1_000;
/** Of the time of one measurement, how many pass before the first one: code is compiled. */
const warmUps = 4;

/** A server whose connections become more and fewer. */
interface Side {
  readonly what: string;
  readonly talking: Talking;
  /** Opens so many connections that say nothing; 0 closes all of them. */
  idle(count: number): Promise<void>;
  readonly points: (readonly [count: number, micros: number])[];
}

/**
 * Processor time of a MESSAGE and its 200 at the same rate with more and more connections, and with fewer again, so that what changes with
 * time does not make the slope. As many pairs as the pool has exchange messages, the other connections say nothing. Beside each measurement is
 * one of the bare relay with as many connections: what the platform itself costs more.
 *
 * @param counts of connections, ascending, even
 */
export async function perConnections(
  pool: PoolFrontEnd,
  {
    counts,
    milliseconds,
    log,
  }: { readonly counts: readonly number[]; readonly milliseconds: number; log(line: string): void },
): Promise<BenchOutcome> {
  await using relay = await startBareRelay(await createTestAuthority('Bench'));
  await using script = await buildScript(new URL('./talkers.ts', import.meta.url), 'sip');
  const { pairs } = pool.byServer;
  using atFront = new Talking(script, pool.pid, pool.byServer, pairs);
  // The bare relay knows no registrar: nobody registers there.
  const barePairs = pairs.map(({ from, to }) => ({ from, to }));
  using atBare = new Talking(script, relay.pid, relay.sides, barePairs);
  using frontIdle = new IdleConnections([pool.byUser.caller]);
  // It joins the connections of one port with those of the other.
  using bareIdle = new IdleConnections([relay.sides.caller, relay.sides.called], true);
  const front: Side = { what: 'front end', talking: atFront, idle: frontIdle.hold, points: [] };
  const bare: Side = { what: 'bare relay', talking: atBare, idle: bareIdle.hold, points: [] };
  let failed = 0;
  const atEach = async (count: number): Promise<void> => {
    log(`  ${count} connections …`);
    const talking = Math.min(pairs.length, count / 2);
    for (const { idle, points, talking: who } of [front, bare]) {
      await who.resize(talking);
      await idle(count - 2 * talking);
      if (points.length === 0) await who.talk(ratePerSecond, warmUps * milliseconds);
      // What was closed has to be gone.
      await who.talk(ratePerSecond, milliseconds / 4);
      const found = await who.talk(ratePerSecond, milliseconds);
      failed += found.failed;
      points.push([count, found.micros]);
    }
  };
  // Both times with the most: it is measured as often as the others.
  for (const count of [...counts, ...counts.toReversed()]) await atEach(count);
  return {
    results: [
      ...counts.map((count) =>
        measured(`a MESSAGE and its 200, ${count} connections`, meanAt(front, count), 'µs', {
          against: { what: bare.what, value: meanAt(bare, count) },
        }),
      ),
      ...exponent('connections', front.points, { aims: true }),
      ...exponent('connections, bare relay', bare.points),
    ],
    invalid: failed > 0 ? [`${failed} transactions failed`] : [],
  };
}

function meanAt({ points }: Side, count: number): number {
  const found = points.filter(([at]) => at === count);
  return found.reduce((sum, [, micros]) => sum + micros, 0) / found.length;
}

/** Connections that say nothing, in a process of their own. */
class IdleConnections implements Disposable {
  readonly #to: readonly LoadTls[];
  readonly #answersNoPing: boolean;
  #holder: Holder | undefined;
  #count = 0;

  /** @param to they connect to each of these in turn, as many to each */
  constructor(to: readonly LoadTls[], answersNoPing = false) {
    this.#to = to;
    this.#answersNoPing = answersNoPing;
  }

  readonly hold = async (count: number): Promise<void> => {
    if (count < this.#count) this[Symbol.dispose]();
    const further = (count - this.#count) / this.#to.length;
    for (const tls of this.#to) {
      if (further === 0) return;
      this.#holder ??= startHolder();
      this.#count += further;
      const order: HoldOrder = {
        type: 'idle',
        tls,
        upTo: this.#count,
        answersNoPing: this.#answersNoPing,
      };
      await this.#holder.tell(order, this.#count);
    }
  };

  [Symbol.dispose](): void {
    this.#holder?.[Symbol.dispose]();
    this.#holder = undefined;
    this.#count = 0;
  }
}
