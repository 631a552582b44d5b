import { noRedis, startRedis } from '@entente/testkit/redis';
import { Clients, type Measurement } from '../load/clients.ts';
import type { OpenOrder } from '../load/order.ts';
import { type PoolFrontEnd, startPoolFrontEnd } from '../load/pool-front-end.ts';
import { cores, pinTo } from '../process/pinned.ts';
import { median } from '../statistics.ts';
import type { Bench } from '../suite.ts';

/** Of what a front end does that keeps locations in its own memory. */
const leastRatio = 0.9;
/** Each is measured so many times, in turns with the other. */
const rounds = 3;

/**
 * A front end whose locations are in Redis, beside one that has them in memory, in turns: registrations that are refreshed, and messages.
 * Redis runs as operators are told, every change flushed before it is acknowledged, on the core of the clients.
 */
export async function besideRedis(bench: Bench): Promise<void> {
  if (noRedis !== undefined) {
    bench.skipped.push(`locations in Redis: ${noRedis}`);
    return;
  }
  const pairs = bench.short ? 20 : 100;
  const measureMs = bench.short ? 500 : bench.seconds * 600;
  await using redis = await startRedis(pinTo(cores.generator));
  await using inMemory = await startPoolFrontEnd(pairs);
  await using inRedis = await startPoolFrontEnd(pairs, { config: { locations: { redis: redis.place } } });
  await using memoryClients = await refreshing(inMemory, measureMs);
  await using redisClients = await refreshing(inRedis, measureMs);
  const found = { registrations: sides(), 'MESSAGE + 200': sides() };
  for (let round = 1; round <= rounds; round += 1) {
    bench.log(`  round ${round} of ${rounds} …`);
    for (const [where, pool, clients] of [
      ['memory', inMemory, memoryClients],
      ['redis', inRedis, redisClients],
    ] as const) {
      const { byServer, pid } = pool;
      const refreshed = await clients.measure({ measureMs }, pid);
      await using messages = await opened('messages', byServer);
      const sent = await messages.measure({ warmUpMs: 1_000, measureMs }, pid);
      found.registrations[where].push(refreshed);
      found['MESSAGE + 200'][where].push(sent);
      bench.invalid.push(...refreshed.invalid, ...sent.invalid);
    }
  }
  for (const [what, { memory, redis: ofRedis }] of Object.entries(found)) {
    const row = (how: string, of: (one: Measurement) => number, ratioAtLeast?: number): void =>
      void bench.figure(`${what} with locations in Redis, ${how}`, median(ofRedis.map(of)), '/s', {
        against: { what: 'in memory', value: median(memory.map(of)) },
        aim: ratioAtLeast === undefined ? undefined : { ratioAtLeast },
      });
    row('whole core', ({ serverMicros = Number.NaN }) => 1e6 / serverMicros, leastRatio);
    row('by the clock, Redis and clients on one core', ({ perSecond }) => perSecond);
  }
}

const sides = () => ({ memory: [] as Measurement[], redis: [] as Measurement[] });

async function opened(what: string, order: OpenOrder): Promise<Clients> {
  const clients = await Clients.start(what);
  await clients.open(order);
  return clients;
}

/**
 * Callers of a pool, in a process of their own, who register, and refresh that for a while: the first refreshes are those of the compiler.
 * @param milliseconds - that this takes
 */
export async function refreshing({ byUser, pid }: PoolFrontEnd, milliseconds: number): Promise<Clients> {
  // The called register by themselves for the messages.
  const clients = await opened('registrations', { ...byUser, what: 'register' });
  await clients.measure({ measureMs: milliseconds }, pid);
  return clients;
}
