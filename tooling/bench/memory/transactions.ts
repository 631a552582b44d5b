import type { Inspector } from '../load/inspector.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { type BenchOutcome, measured } from '../suite.ts';
import { startHolder } from './run-holder.ts';

/** How many transactions or calls: some to warm up, and further ones that are measured. */
export interface TransactionCounts {
  readonly first: number;
  readonly further: number;
}

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
  pool: PoolFrontEnd,
  inspector: Inspector,
  { first, further }: TransactionCounts,
): Promise<BenchOutcome> {
  using holder = startHolder();
  const pairs = pool.byServer.pairs.slice(0, pairsAtOnce);
  await holder.tell({ type: 'pairs', ...pool.byServer, pairs, what: 'message' }, pairs.length);
  await holder.tell({ type: 'transact', count: first }, first);
  const before = await inspector.collect();
  await holder.tell({ type: 'transact', count: further }, further);
  const after = await inspector.collect();
  const what = `growth of the heap after ${further.toLocaleString('en')} MESSAGE + 200`;
  const growth = (after.heap - before.heap) / 1e6;
  return { results: [measured(what, growth, 'MB', { aim: { atMost: mostGrowthMegabytes } })], invalid: [] };
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
  pool: PoolFrontEnd,
  inspector: Inspector,
  { first, further }: TransactionCounts,
  settles?: number,
): Promise<BenchOutcome> {
  using holder = startHolder();
  const pairs = pool.byServer.pairs.slice(0, pairsAtOnce);
  await holder.tell({ type: 'pairs', ...pool.byServer, pairs, what: 'lasting-call' }, pairs.length);
  const idle = await inspector.collect();
  const startedAt = performance.now();
  await holder.tell({ type: 'transact', count: first }, first);
  const before = await inspector.collect();
  await holder.tell({ type: 'transact', count: further }, further);
  const after = await inspector.collect();
  const tookMs = performance.now() - startedAt;
  const perLeg = (bytes: number, calls: number): number => bytes / (legs * calls) / 1000;
  const results = [
    measured('heap of a call in progress, for each leg', perLeg(after.heap - before.heap, further), 'kB', {
      aim: { atMost: aimKilobytes },
    }),
  ];
  const invalid =
    tookMs < transactionMs
      ? []
      : [
          `the calls took ${Math.round(tookMs)} ms: the first ones had been forgotten before the last ones came`,
        ];
  if (settles !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, settles));
    const { heap } = await inspector.collect();
    results.push(
      measured(`the same, ${settles / 1000} s later`, perLeg(heap - idle.heap, first + further), 'kB'),
    );
  }
  return { results, invalid };
}
