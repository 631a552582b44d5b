import { setTimeout } from 'node:timers/promises';
import { Clients } from '../load/clients.ts';
import type { OpenOrder } from '../load/order.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import type { Inspector } from '../process/inspector.ts';
import type { Bench } from '../suite.ts';
import type { Counts } from './idle-connections.ts';

/** Callers at once. */
const pairsAtOnce = 50;

/** What a heap may have grown by when nothing of the work is left: code that was compiled, and what describes the shapes of objects. */
const mostGrowthMegabytes = 1;

/**
 * What the heap of a front end keeps of many MESSAGE and their 200, which is to be nothing.
 *
 * @throws Error when one is refused or lost
 */
export async function messageGrowth(
  bench: Bench,
  pool: PoolFrontEnd,
  inspector: Inspector,
  counts: Counts,
): Promise<void> {
  await using clients = await open(pool, 'message');
  const { after, before } = await heapAround(clients, inspector, counts);
  const what = `growth of the heap after ${counts.further.toLocaleString('en')} MESSAGE + 200`;
  bench.figure(what, (after - before) / 1e6, 'MB', { aim: { atMost: mostGrowthMegabytes } });
}

/** RFC 6026 §8.4: 64 × T1 after its 2xx a transaction of INVITE ends. Until then all that is measured is still there. */
const transactionMs = 32_000;
const aimKilobytes = 6;
const legs = 2;

/**
 * What the heap of a front end holds of a call in progress, for each of its two legs, once the call is answered and that is acknowledged.
 *
 * @param settles - milliseconds; also measures what is left so long after; undefined: it does not
 * @throws Error when a call is refused or lost
 */
export async function callGrowth(
  bench: Bench,
  pool: PoolFrontEnd,
  inspector: Inspector,
  counts: Counts,
  settles?: number,
): Promise<void> {
  const { first, further } = counts;
  await using clients = await open(pool, 'lasting-call');
  const idle = await inspector.collect();
  const startedAt = performance.now();
  const { after, before } = await heapAround(clients, inspector, counts);
  const tookMs = performance.now() - startedAt;
  const perLeg = (bytes: number, calls: number): number => bytes / (legs * calls) / 1000;
  bench.figure('heap of a call in progress, for each leg', perLeg(after - before, further), 'kB', {
    aim: { atMost: aimKilobytes },
  });
  bench.demand(
    tookMs < transactionMs,
    `the calls took ${Math.round(tookMs)} ms: the first ones had been forgotten before the last ones came`,
  );
  if (settles === undefined) return;
  await setTimeout(settles);
  const { heap } = await inspector.collect();
  bench.figure(`the same, ${settles / 1000} s later`, perLeg(heap - idle.heap, first + further), 'kB');
}

async function open({ byServer }: PoolFrontEnd, what: NonNullable<OpenOrder['what']>): Promise<Clients> {
  const clients = await Clients.start(what);
  await clients.open({ ...byServer, pairs: byServer.pairs.slice(0, pairsAtOnce), what });
  return clients;
}

/** The heap in bytes, after garbage was collected, before and after those that count. */
async function heapAround(clients: Clients, inspector: Inspector, { first, further }: Counts) {
  await clients.complete(first);
  const { heap: before } = await inspector.collect();
  await clients.complete(further);
  const { heap: after } = await inspector.collect();
  return { before, after };
}
