import { noRedis, startRedis } from '@entente/testkit/redis';
import { buildScript } from '../built.ts';
import { cores, pinTo } from '../load/pinned-process.ts';
import { type PoolFrontEnd, startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type BenchOutcome, type BenchResult, measured } from '../suite.ts';
import { type Rate, Refreshing } from './refreshing.ts';

/** Of what a front end does that keeps locations in its own memory. */
const leastRatio = 0.9;
/** Each is measured so many times, in turns with the other. */
const rounds = 3;

interface Side {
  readonly pool: PoolFrontEnd;
  readonly clients: Refreshing;
  readonly registrations: Rate[];
  readonly messages: Rate[];
}

/**
 * A front end whose locations are in Redis, beside one that has them in memory, in turns: registrations that are refreshed, and messages.
 * Redis runs as operators are told, every change flushed before it is acknowledged, on the core of the clients.
 *
 * @param pairs of users at each
 */
export async function besideRedis(
  { pairs, milliseconds }: { readonly pairs: number; readonly milliseconds: number },
  log: (line: string) => void,
): Promise<BenchOutcome> {
  if (noRedis !== undefined) return { results: [], invalid: [], skipped: [`locations in Redis: ${noRedis}`] };
  await using redis = await startRedis(pinTo(cores.generator));
  await using script = await buildScript(new URL('./refreshers.ts', import.meta.url), 'sip');
  await using inMemory = await startPoolFrontEnd(pairs);
  await using inRedis = await startPoolFrontEnd(pairs, { config: { locations: { redis: redis.place } } });
  using memoryClients = new Refreshing(script, inMemory);
  using redisClients = new Refreshing(script, inRedis);
  const side = (pool: PoolFrontEnd, clients: Refreshing): Side => ({
    pool,
    clients,
    registrations: [],
    messages: [],
  });
  const sides = [side(inMemory, memoryClients), side(inRedis, redisClients)] as const;
  const invalid: string[] = [];
  for (const { clients } of sides) {
    await clients.open();
    await clients.refresh(milliseconds);
  }
  for (let round = 0; round < rounds; round += 1) {
    log(`  round ${round + 1} of ${rounds} …`);
    for (const { clients, messages, pool, registrations } of sides) {
      const refreshed = await clients.refresh(milliseconds);
      invalid.push(...refreshed.invalid);
      registrations.push(refreshed);
      const run = await runLoad(
        'messages',
        { ...pool.byServer, inFlight: 1, messageBytes: 600, warmUpMs: 1_000, measureMs: milliseconds },
        pool.pid,
      );
      invalid.push(...run.invalid);
      messages.push(rateOf(run));
    }
  }
  const [memory, store] = sides;
  return {
    results: [
      ...beside('registrations', memory.registrations, store.registrations),
      ...beside('MESSAGE + 200', memory.messages, store.messages),
    ],
    invalid,
  };
}

function rateOf({ perSecond, serverMicros = Number.NaN }: Measurement): Rate {
  return { perSecond, perProcessorSecond: 1e6 / serverMicros };
}

function beside(what: string, memory: readonly Rate[], store: readonly Rate[]): readonly BenchResult[] {
  const row = (how: string, of: (rate: Rate) => number, aims: boolean): BenchResult =>
    measured(`${what} with locations in Redis, ${how}`, median(store.map(of)), '/s', {
      against: { what: 'in memory', value: median(memory.map(of)) },
      ...(aims ? { aim: { ratioAtLeast: leastRatio } } : {}),
    });
  return [
    row('whole core', ({ perProcessorSecond }) => perProcessorSecond, true),
    row('by the clock, Redis and clients on one core', ({ perSecond }) => perSecond, false),
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
