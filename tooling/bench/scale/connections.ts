import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import { Clients, failedOf } from '../load/clients.ts';
import type { LoadTls, Sides } from '../load/order.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { sum } from '../statistics.ts';
import type { Bench } from '../suite.ts';
import { exponent } from './exponent.ts';

/** Transactions a second, whatever the number of connections is. */
const ratePerSecond = 1_000;
/** Of the time of one measurement, how many pass before the first one: code is compiled. */
const warmUps = 4;

/**
 * Processor time of a MESSAGE and its 200 at the same rate with more and more connections, and with fewer again, so that what changes with
 * time does not make the slope. As many pairs as the pool has exchange messages, the other connections say nothing. Beside each measurement is
 * one of the bare relay with as many connections: what the platform itself costs more.
 *
 * @param counts - of connections, ascending, even
 */
export async function perConnections(
  bench: Bench,
  pool: PoolFrontEnd,
  counts: readonly number[],
): Promise<void> {
  const { byServer, byUser } = pool;
  await using relay = await startBareRelay(await createTestAuthority('Bench'));
  const relayed = relay.sides(byServer.pairs);
  await using front = await CrowdedServer.start({
    what: 'front end',
    pid: pool.pid,
    sides: byServer,
    idleTo: [byUser.caller],
  });
  // It joins the connections of one port with those of the other.
  await using bare = await CrowdedServer.start({
    what: 'bare relay',
    pid: relay.pid,
    sides: relayed,
    idleTo: [relayed.caller, relayed.called],
    answersNoPing: true,
  });
  // Both times with the most: it is measured as often as the others.
  for (const count of [...counts, ...counts.toReversed()]) {
    bench.log(`  ${count} connections …`);
    for (const server of [front, bare]) await server.measureWith(count, bench.seconds * 200);
  }
  for (const count of counts)
    bench.figure(`a MESSAGE and its 200, ${count} connections`, front.meanAt(count), 'µs', {
      against: { what: 'bare relay', value: bare.meanAt(count) },
    });
  exponent(bench, 'connections', front.points, { aims: true });
  exponent(bench, 'connections, bare relay', bare.points);
  const failed = front.failed + bare.failed;
  bench.demand(failed === 0, `${failed} transactions failed`);
}

interface Crowded {
  readonly what: string;
  readonly pid: number;
  /** As many pairs as there may be. */
  readonly sides: Sides;
  /** Connections that say nothing are made to each of these in turn, as many to each. */
  readonly idleTo: readonly LoadTls[];
  readonly answersNoPing?: boolean;
}

/** A server whose connections become more and fewer. */
class CrowdedServer implements AsyncDisposable {
  readonly points: (readonly [count: number, micros: number])[] = [];
  failed = 0;
  readonly #server: Crowded;
  readonly #talking: Clients;
  #idle: Clients;
  #talkingPairs = 0;
  #idleCount = 0;

  private constructor(server: Crowded, talking: Clients, idle: Clients) {
    this.#server = server;
    this.#talking = talking;
    this.#idle = idle;
  }

  static async start(server: Crowded): Promise<CrowdedServer> {
    return new CrowdedServer(server, await Clients.start(server.what), await Clients.start(server.what));
  }

  async measureWith(count: number, measureMs: number): Promise<void> {
    const { pid, sides } = this.#server;
    const talking = Math.min(sides.pairs.length, count / 2);
    if (talking < this.#talkingPairs) await this.#talking.keep(talking);
    else await this.#talking.open({ ...sides, pairs: sides.pairs.slice(this.#talkingPairs, talking) });
    this.#talkingPairs = talking;
    await this.#hold(count - 2 * talking);
    const talk = (milliseconds: number) =>
      this.#talking.measure({ ratePerSecond, measureMs: milliseconds }, pid);
    if (this.points.length === 0) await talk(warmUps * measureMs);
    // What was closed has to be gone.
    await talk(measureMs / 4);
    const found = await talk(measureMs);
    this.failed += failedOf(found);
    this.points.push([count, found.serverMicros ?? Number.NaN]);
  }

  meanAt(count: number): number {
    const found = this.points.filter(([at]) => at === count);
    return sum(found.map(([, micros]) => micros)) / found.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#talking[Symbol.asyncDispose]();
    await this.#idle[Symbol.asyncDispose]();
  }

  async #hold(count: number): Promise<void> {
    const { answersNoPing = false, idleTo, what } = this.#server;
    if (count < this.#idleCount) {
      await this.#idle[Symbol.asyncDispose]();
      this.#idle = await Clients.start(what);
      this.#idleCount = 0;
    }
    const further = (count - this.#idleCount) / idleTo.length;
    for (const tls of idleTo) {
      this.#idleCount += further;
      await this.#idle.hold({ tls, upTo: this.#idleCount, answersNoPing });
    }
  }
}
