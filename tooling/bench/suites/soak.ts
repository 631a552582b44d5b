import { type Measurement, runLoad } from '../load/clients.ts';
import type { OpenOrder, Work } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { heldUpMs } from '../process/held-up.ts';
import { Inspector, inspectorPlace } from '../process/inspector.ts';
import { cores } from '../process/pinned.ts';
import { fitLine, sum } from '../statistics.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/** Of the most MESSAGE that the front end can do in this run. */
const share = 0.7;
/** The same of a run that is shorter than ten minutes: for a machine that others use too, and slow down for a while. */
const shareOfShort = 0.4;
const shortMinutes = 10;
/** Calls a second beside them; each leaves its transactions for 32 seconds (RFC 6026 §8.4). */
const callsPerSecond = 10;
const defaultMinutes = 60;
/** MB of heap that may be added in an hour, beyond what the samples leave open. */
const mostGrowth = 1;
/**
 * Until the table of transactions is as full as it stays, and code is compiled. What is seldom used is compiled late, so that a longer run, which finds a
 * smaller slope, waits a tenth of its time.
 */
const settlesMs = 45_000;
const settlesShare = 0.1;
/** Milliseconds between two samples at least, and samples at most: collecting garbage holds the server up. */
const leastBetweenMs = 4_000;
const mostSamples = 200;
/** Measurements of the most that it can do; the least one counts, because the machine may do other things as well. */
const slices = 3;
const pairs = 100;
const callers = 10;
/**
 * Requests and calls under way at most: a user waits for the answer before sending the next message. The server stands still for up to half a
 * second while its garbage is collected for a sample, and longer where other programs have the processor. Were all that is due meanwhile sent
 * at once, the measurement itself would overload it.
 */
const mostMessages = pairs;
const mostCalls = 20;
/** Share of what is due that may be left out for it; beyond, the load was not what it says. */
const mostLeftOut = 0.1;
const mostLeftOutOfShort = 0.5;
/**
 * Share of the time in which a server is ready and has no processor; beyond it 503 is the right answer, and says nothing about the server. Only
 * a short run, which is for machines that others use too, looks at that.
 */
const mostHeldUp = 0.1;

/**
 * A front end at 70 % of what it can do (40 % in less than ten minutes), for as long as it is told: MESSAGE and calls of users. No request may fail. Its heap is measured
 * every few seconds, after garbage was collected, and the slope of the line through all samples is printed with its confidence interval.
 */
export const suite: BenchSuite = {
  name: 'soak',
  onlyNamed: true,
  takes: ['minutes'],
  async measure(bench) {
    const { log } = bench;
    const { minutes = defaultMinutes } = bench.options;
    const isShort = minutes < shortMinutes;
    const place = await inspectorPlace();
    await using pool = await startPoolFrontEnd(pairs + callers, { nodeFlags: place.nodeFlags });
    using inspector = await Inspector.open(place);
    const { byServer, pid } = pool;
    const load = (what: string, sides: OpenOrder, work: Work, measuring?: () => void): Promise<Measurement> =>
      runLoad({ what, pid, sides }, work, measuring === undefined ? {} : { measuring });
    const messages = { ...byServer, pairs: byServer.pairs.slice(0, pairs) };
    const calls: OpenOrder = { ...byServer, pairs: byServer.pairs.slice(pairs), what: 'call' };
    log('  the most that it can do …');
    const most: Measurement[] = [];
    for (let slice = 0; slice < slices; slice += 1)
      most.push(await load('closed loop', messages, { warmUpMs: 2_000, measureMs: 3_000 }));
    const least = Math.min(...most.map(({ perSecond }) => perSecond));
    const ratePerSecond = Math.max(1, Math.floor((isShort ? shareOfShort : share) * least));
    const measureMs = minutes * 60_000;
    const timing = { warmUpMs: Math.max(settlesMs, settlesShare * measureMs), measureMs };
    log(`  ${ratePerSecond} MESSAGE and ${callsPerSecond} calls a second for ${minutes} minutes …`);
    let isOver = false;
    let begun = (): void => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const both = Promise.all([
      load('MESSAGE', messages, { ...timing, ratePerSecond, mostOpen: mostMessages }, begun),
      load('calls', calls, { ...timing, ratePerSecond: callsPerSecond, mostOpen: mostCalls }),
    ]);
    const over = (): void => {
      isOver = true;
      begun();
    };
    both.then(over, over);
    await beginning;
    const samples: Sample[] = [];
    const startedAt = performance.now();
    const heldUpBefore = heldUpMs(pid, cores.server);
    while (!isOver && performance.now() - startedAt < measureMs) {
      const { heap, resident } = await inspector.collect();
      samples.push({ hours: (performance.now() - startedAt) / 3_600_000, heap, resident });
      await new Promise((resolve) => setTimeout(resolve, Math.max(leastBetweenMs, measureMs / mostSamples)));
    }
    const passedMs = performance.now() - startedAt;
    const heldUp = ((heldUpMs(pid, cores.server) ?? 0) - (heldUpBefore ?? 0)) / passedMs;
    const isStarved = isShort && heldUp > mostHeldUp;
    const runs = await both;
    const [ofMessages, ofCalls] = runs;
    bench.figure('MESSAGE and its 200', ofMessages.completed, 'transactions');
    bench.figure('calls', ofCalls.completed, 'calls');
    const leftOut = 100 * leftOutOf(ofMessages);
    bench.figure('of what was due, not sent while others were under way', leftOut, '%');
    bench.figure('time of a MESSAGE, p99', ofMessages.latencyMs?.p99 ?? 0, 'ms');
    bench.figure('time for which it was ready and had no processor', 100 * heldUp, '%');
    if (isStarved) bench.figure('503 meanwhile', refusedFor(runs), 'requests');
    growth(bench, samples);
    bench.invalid.push(...errors([...most, ...runs], isStarved));
    for (const run of runs)
      bench.demand(
        leftOutOf(run) <= (isShort ? mostLeftOutOfShort : mostLeftOut),
        `${Math.round(leftOutOf(run) * 100)} % of what was due was not sent: the server did not keep up with the load`,
      );
  },
};

interface Sample {
  readonly hours: number;
  readonly heap: number;
  readonly resident: number;
}

const overload = 'SIP/2.0 503';

/** Here every error counts: the load is below what the server can do, unless others had the processor. */
function errors(runs: readonly Measurement[], isStarved: boolean): string[] {
  const isExcused = (text: string): boolean => isStarved && text.includes(overload);
  return runs.flatMap(({ invalid, lost, refused }) => [
    ...invalid.filter((why) => !isExcused(why)),
    ...Object.entries(refused).flatMap(([status, count]) =>
      isExcused(status) ? [] : [`${count} times "${status}"`],
    ),
    ...(lost > 0 ? [`${lost} never came back`] : []),
  ]);
}

function refusedFor(runs: readonly Measurement[]): number {
  const all = runs.flatMap(({ refused }) => Object.entries(refused));
  return sum(all.map(([status, count]) => (status.startsWith(overload) ? count : 0)));
}

function leftOutOf({ begun, leftOut }: Measurement): number {
  return leftOut / Math.max(1, begun + leftOut);
}

function growth(bench: Bench, samples: readonly Sample[]): void {
  const slope = (what: string, of: (sample: Sample) => number, from = 0): number => {
    const points = samples.slice(from).map((sample) => [sample.hours, of(sample) / 1e6] as const);
    const line = fitLine(points);
    bench.figure(`slope of ${what}`, line.slope, 'MB/h');
    bench.figure('half of its 95 % confidence interval', line.margin, 'MB/h');
    return Math.max(0, line.slope - line.margin);
  };
  const grown = slope('the heap', ({ heap }) => heap);
  bench.figure('growth of the heap that the samples leave no doubt of', grown, 'MB/h', {
    aim: { atMost: mostGrowth },
  });
  // What fills up and is bounded, and code that is compiled, are in the first half more than in the second.
  slope('the heap in the second half', ({ heap }) => heap, Math.floor(samples.length / 2));
  slope('resident memory', ({ resident }) => resident);
  bench.figure('samples', samples.length, 'of the heap');
}
