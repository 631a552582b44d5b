import { setTimeout } from 'node:timers/promises';
import { failedOf, type Measurement, runLoad } from '../load/clients.ts';
import type { Sides, Work } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/** How many times more calls come than the front end can do. */
const times = 3;
/** Of the rate that was aimed at, what the generator has to have offered. */
const leastOffered = 0.9;
/** Of its maximum, what the front end has to do of it. */
const goodput = 0.9;
/** Of the requests in dialogs, how many have to succeed. */
const inDialogs = 0.99;
/** Until a front end has found out that the load lasts, has done what it took in before that, and turns are as they will be. */
const settlesMs = 6_000;
/** Until a front end no longer refuses: a second after the last refusal, and what it has taken in until then is done. Its clients register again. */
const recoversMs = 5_000;
/** Until the code of a front end that has just started is as fast as it will be: otherwise three times what it does is not three times what it can. */
const warmsUpMs = 8_000;

/**
 * Calls of users, from INVITE to the 200 for BYE: how many a front end completes when three times as many come as it can do, beside the
 * most that it can do, measured before and after it in a closed loop.
 */
export const suite: BenchSuite = {
  name: 'overload',
  async measure(bench) {
    const { log, short } = bench;
    await using pool = await startPoolFrontEnd(short ? 50 : 200);
    const { byUser, pid } = pool;
    const sides = { ...byUser, pairs: byUser.pairs.map(asTelephone), what: 'call' } as const;
    const measureMs = bench.seconds * 1_000;
    const load = (what: string, work: Omit<Work, 'measureMs'>): Promise<Measurement> =>
      runLoad({ what, pid, sides }, { measureMs, ...work }, { log });
    let mostSoFar = 0;
    await bench.repeat(async (attempt) => {
      const before = await load('calls', { inFlight: 2, warmUpMs: warmsUpMs });
      // Measured again, it is what it could do at any time: a machine that was slow before may not be slow now.
      const rate = Math.round(times * Math.max(before.perSecond, mostSoFar));
      const over = await load('calls', { ratePerSecond: rate, warmUpMs: settlesMs });
      await setTimeout(recoversMs);
      const after = await load('calls, again', { inFlight: 2, warmUpMs: 1_000 });
      mostSoFar = Math.max(mostSoFar, before.perSecond, after.perSecond);
      judge(attempt, { before, over, after, rate });
    });
  },
};

/** What one address may have under way is a bound of its own: telephones have an address each. */
function asTelephone(pair: Sides['pairs'][number], index: number): Sides['pairs'][number] {
  return {
    ...pair,
    ...(pair.authenticates === undefined ? {} : { callerRegisters: pair.authenticates }),
    localAddress: `127.8.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  };
}

interface Measurements {
  readonly before: Measurement;
  readonly over: Measurement;
  readonly after: Measurement;
  readonly rate: number;
}

function judge(bench: Bench, { after, before, over, rate }: Measurements): void {
  const most = Math.max(before.perSecond, after.perSecond);
  const offered = over.begun / over.seconds;
  for (const { invalid } of [before, after])
    bench.invalid.push(...invalid.filter((why) => !why.includes('"SIP/2.0 503')));
  const begun = `${Math.round(offered)} calls a second were begun`;
  if (offered < leastOffered * rate)
    bench.disturbed.push(`${begun}, of ${rate}: the generator could do no more`);
  else if (offered < leastOffered * times * most)
    bench.disturbed.push(`${begun}: not ${times} times ${Math.round(most)}, the most that it can do`);
  const { sent, succeeded } = over.inDialogs;
  const what = 'the most that it can do';
  const against = { what, value: most };
  // By its own processor time: what else the machine does weighs on both sides alike.
  bench.figure('calls completed in a second of processor time, under overload', perCore(over), '/s', {
    against: { what, value: Math.max(perCore(before), perCore(after)) },
    aim: { ratioAtLeast: goodput },
  });
  bench.figure('the same in a second', over.perSecond, '/s', { against });
  bench.figure('requests in dialogs that succeed, under overload', succeeded / sent, 'of all', {
    aim: { atLeast: inDialogs },
  });
  bench.figure('calls begun in a second', offered, '/s', { against });
  bench.figure('calls refused in a second', (failedOf(over) - over.lost) / over.seconds, '/s');
  bench.figure('calls that never came back', over.lost, 'calls');
  bench.figure('time of a call, p50', over.latencyMs?.p50 ?? 0, 'ms');
  bench.figure('the same, p99', over.latencyMs?.p99 ?? 0, 'ms');
  bench.figure('core of the generator in use', over.generatorShare, 'of one');
}

function perCore({ perSecond, serverMicros }: Measurement): number {
  return serverMicros === undefined ? perSecond : 1e6 / serverMicros;
}
