import { runLoad } from '../load/clients.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { askOnce } from '../process/child.ts';
import { cores } from '../process/pinned.ts';
import type { Bench } from '../suite.ts';
import { refreshing } from './beside-redis.ts';
import type { BindingsOrder, BindingsSample } from './bindings-process.ts';
import { exponent } from './exponent.ts';

/** Megabytes of heap for a million bindings, each with the texts that it is made of. */
const heapFlag = '--max-old-space-size=4096';
/** Users at a front end with few bindings. */
const pairs = 50;

/**
 * Processor time of a MESSAGE and of a REGISTER that refreshes, with more and more users registered. In one process, without sockets and
 * transactions, each request is about users at random. That gives what more bindings add to a whole request, which is measured at a front end
 * that has few of them.
 */
export async function perBindings(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const order: BindingsOrder = short
    ? { counts: [1_000, 5_000, 25_000], sampleMs: 50 }
    : { counts: [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000], sampleMs: 300 };
  log('  whole requests, few bindings …');
  const whole = await wholeRequests(bench, seconds * 600);
  log(`  ${order.counts.join(', ')} bindings …`);
  const samples = await askOnce<readonly BindingsSample[]>(
    new URL('./bindings-process.ts', import.meta.url),
    order,
    { room: 'sip', core: cores.server, flags: [heapFlag] },
  );
  for (const kind of ['message', 'register'] as const) {
    const what = `a ${kind.toUpperCase()}`;
    const points = samples.map((sample) => [sample.bindings, sample[kind]] as const);
    const [[, least = Number.NaN] = []] = points;
    bench.figure(`${what}, whole, few bindings`, whole[kind], 'µs');
    for (const [bindings, one] of points) bench.figure(`${what} in process, ${bindings} bindings`, one, 'µs');
    exponent(bench, `bindings (${what} in process)`, points);
    exponent(
      bench,
      `bindings (${what}, whole)`,
      points.map(([bindings, one]) => [bindings, whole[kind] + one - least] as const),
      { aims: true },
    );
  }
}

/** Processor time of a whole request at a front end, as often as they are answered, which is when they cost least: so more bindings count most. */
async function wholeRequests(
  bench: Bench,
  measureMs: number,
): Promise<Readonly<Record<'message' | 'register', number>>> {
  await using pool = await startPoolFrontEnd(pairs);
  const { byServer, pid } = pool;
  await using clients = await refreshing(pool, measureMs);
  const refreshed = await clients.measure({ measureMs }, pid);
  const work = { warmUpMs: measureMs, measureMs };
  const messages = await runLoad({ what: 'messages', pid, sides: byServer }, work);
  bench.invalid.push(...refreshed.invalid, ...messages.invalid);
  const { serverMicros: register = Number.NaN } = refreshed;
  const { serverMicros: message = Number.NaN } = messages;
  return { message, register };
}
