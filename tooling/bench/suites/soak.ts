import { heldUpMs } from '../load/held-up.ts';
import { Inspector, inspectorPlace } from '../load/inspector.ts';
import type { LoadOrder } from '../load/order.ts';
import { cores } from '../load/pinned-process.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { fitLine } from '../scale/fit-line.ts';
import { type BenchResult, type BenchSuite, measured } from '../suite.ts';

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
  async run({ minutes = defaultMinutes, log }) {
    const isShort = minutes < shortMinutes;
    const place = await inspectorPlace();
    await using pool = await startPoolFrontEnd(pairs + callers, { nodeFlags: place.nodeFlags });
    using inspector = await Inspector.open(place);
    const sides = {
      caller: pool.byServer.caller,
      called: pool.byServer.called,
      messageBytes: 600,
      inFlight: 1,
    };
    const messages = { ...sides, pairs: pool.byServer.pairs.slice(0, pairs) };
    log('  the most that it can do …');
    const most: Measurement[] = [];
    for (let slice = 0; slice < slices; slice += 1)
      most.push(await runLoad('closed loop', { ...messages, warmUpMs: 2_000, measureMs: 3_000 }, pool.pid));
    const least = Math.min(...most.map(({ perSecond }) => perSecond));
    const ratePerSecond = Math.max(1, Math.floor((isShort ? shareOfShort : share) * least));
    const measureMs = minutes * 60_000;
    const timing = { warmUpMs: Math.max(settlesMs, settlesShare * measureMs), measureMs };
    const calls: LoadOrder = {
      ...sides,
      ...timing,
      pairs: pool.byServer.pairs.slice(pairs),
      what: 'call',
      ratePerSecond: callsPerSecond,
      mostOpen: mostCalls,
    };
    log(`  ${ratePerSecond} MESSAGE and ${callsPerSecond} calls a second for ${minutes} minutes …`);
    const samples: Sample[] = [];
    let isOver = false;
    let both: Promise<readonly [Measurement, Measurement]> | undefined;
    await new Promise<void>((begun) => {
      both = Promise.all([
        runLoad(
          'MESSAGE',
          { ...messages, ...timing, ratePerSecond, mostOpen: mostMessages },
          pool.pid,
          begun,
        ),
        runLoad('calls', calls, pool.pid),
      ]);
      const over = (): void => {
        isOver = true;
        begun();
      };
      both.then(over, over);
    });
    const startedAt = performance.now();
    const heldUpBefore = heldUpMs(pool.pid, cores.server);
    while (!isOver && performance.now() - startedAt < measureMs) {
      const { heap, resident } = await inspector.collect();
      samples.push({ hours: (performance.now() - startedAt) / 3_600_000, heap, resident });
      await new Promise((resolve) => setTimeout(resolve, Math.max(leastBetweenMs, measureMs / mostSamples)));
    }
    const passedMs = performance.now() - startedAt;
    const heldUp = ((heldUpMs(pool.pid, cores.server) ?? 0) - (heldUpBefore ?? 0)) / passedMs;
    const isStarved = isShort && heldUp > mostHeldUp;
    const runs = await (both as unknown as Promise<readonly [Measurement, Measurement]>);
    return {
      results: [
        ...failures(runs),
        measured('time for which it was ready and had no processor', 100 * heldUp, '%'),
        ...(isStarved ? [measured('503 meanwhile', refusedFor(runs), 'requests')] : []),
        ...growth(samples),
      ],
      invalid: [
        ...errors([...most, ...runs], isStarved),
        ...runs.flatMap((each) => notReached(each, isShort)),
      ],
    };
  },
};

interface Sample {
  readonly hours: number;
  readonly heap: number;
  readonly resident: number;
}

function failures([messages, calls]: readonly [Measurement, Measurement]): BenchResult[] {
  return [
    measured('MESSAGE and its 200', messages.completed, 'transactions'),
    measured('calls', calls.completed, 'calls'),
    measured('of what was due, not sent while others were under way', 100 * leftOutOf(messages), '%'),
    measured('time of a MESSAGE, p99', messages.latencyMs?.p99 ?? 0, 'ms'),
  ];
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
  return all.reduce((sum, [status, count]) => sum + (status.startsWith(overload) ? count : 0), 0);
}

function leftOutOf({ begun, leftOut }: Measurement): number {
  return leftOut / Math.max(1, begun + leftOut);
}

function notReached(run: Measurement, isShort: boolean): string[] {
  const found = leftOutOf(run);
  if (found <= (isShort ? mostLeftOutOfShort : mostLeftOut)) return [];
  return [
    `${Math.round(found * 100)} % of what was due was not sent: the server did not keep up with the load`,
  ];
}

function growth(samples: readonly Sample[]): BenchResult[] {
  const line = (of: (sample: Sample) => number, from = 0) =>
    fitLine(samples.slice(from).map((sample) => [sample.hours, of(sample) / 1e6] as const));
  const heap = line((sample) => sample.heap);
  // What fills up and is bounded, and code that is compiled, are in the first half more than in the second.
  const later = line((sample) => sample.heap, Math.floor(samples.length / 2));
  const resident = line((sample) => sample.resident);
  return [
    measured('slope of the heap', heap.slope, 'MB/h'),
    measured('half of its 95 % confidence interval', heap.margin, 'MB/h'),
    measured(
      'growth of the heap that the samples leave no doubt of',
      Math.max(0, heap.slope - heap.margin),
      'MB/h',
      {
        aim: { atMost: mostGrowth },
      },
    ),
    measured('slope of the heap in the second half', later.slope, 'MB/h'),
    measured('half of its 95 % confidence interval', later.margin, 'MB/h'),
    measured('slope of resident memory', resident.slope, 'MB/h'),
    measured('half of its 95 % confidence interval', resident.margin, 'MB/h'),
    measured('samples', samples.length, 'of the heap'),
  ];
}
