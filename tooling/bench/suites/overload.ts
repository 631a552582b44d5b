import { setTimeout } from 'node:timers/promises';
import type { LoadOrder } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { repeatWhileInvalid } from '../load/repeat-while-invalid.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

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
  async run({ seconds, short, log }) {
    await using pool = await startPoolFrontEnd(short ? 50 : 200);
    const { caller, called, pairs } = pool.byUser;
    const sides = {
      caller,
      called,
      pairs: pairs.map((pair, i) => ({
        ...pair,
        ...(pair.authenticates === undefined ? {} : { callerRegisters: pair.authenticates }),
        // What one address may have under way is a bound of its own: telephones have an address each.
        localAddress: `127.8.${Math.floor(i / 250)}.${(i % 250) + 1}`,
      })),
    };
    const base = { ...sides, measureMs: seconds * 1_000, messageBytes: 0, what: 'call' } as const;
    const closed: LoadOrder = { ...base, inFlight: 2, warmUpMs: warmsUpMs };
    const load = (what: string, order: LoadOrder): Promise<Measurement> => {
      log(`  ${what} …`);
      return runLoad(what, order, pool.pid);
    };
    let mostSoFar = 0;
    const measure = async (): Promise<BenchOutcome> => {
      const before = await load('calls, closed loop', closed);
      // Measured again, it is what it could do at any time: a machine that was slow before may not be slow now.
      const rate = Math.round(times * Math.max(before.perSecond, mostSoFar));
      const over = await load(`${rate} calls a second`, {
        ...base,
        inFlight: 1,
        ratePerSecond: rate,
        warmUpMs: settlesMs,
      });
      await setTimeout(recoversMs);
      const after = await load('calls, closed loop, again', { ...closed, warmUpMs: 1_000 });
      const most = Math.max(before.perSecond, after.perSecond);
      mostSoFar = Math.max(mostSoFar, most);
      const perCore = ({ perSecond, serverMicros }: Measurement): number =>
        serverMicros === undefined ? perSecond : 1e6 / serverMicros;
      const offered = over.begun / over.seconds;
      const refused = Object.values(over.refused).reduce((sum, count) => sum + count, 0) / over.seconds;
      const invalid = [...before.invalid, ...after.invalid].filter((why) => !why.includes('"SIP/2.0 503'));
      const disturbed: string[] = [];
      if (offered < leastOffered * rate)
        disturbed.push(
          `${Math.round(offered)} calls a second were begun, of ${rate}: the generator could do no more`,
        );
      else if (offered < leastOffered * times * most)
        disturbed.push(
          `${Math.round(offered)} calls a second were begun: not ${times} times ${Math.round(most)}, the most that it can do`,
        );
      const { sent, succeeded } = over.inDialogs;
      return {
        results: [
          // By its own processor time: what else the machine does weighs on both sides alike.
          measured('calls completed in a second of processor time, under overload', perCore(over), '/s', {
            against: { what: 'the most that it can do', value: Math.max(perCore(before), perCore(after)) },
            aim: { ratioAtLeast: goodput },
          }),
          measured('the same in a second', over.perSecond, '/s', {
            against: { what: 'the most that it can do', value: most },
          }),
          measured('requests in dialogs that succeed, under overload', succeeded / sent, 'of all', {
            aim: { atLeast: inDialogs },
          }),
          measured('calls begun in a second', offered, '/s', {
            against: { what: 'the most that it can do', value: most },
          }),
          measured('calls refused in a second', refused, '/s'),
          measured('calls that never came back', over.lost, 'calls'),
          measured('time of a call, p50', over.latencyMs?.p50 ?? 0, 'ms'),
          measured('the same, p99', over.latencyMs?.p99 ?? 0, 'ms'),
          measured('core of the generator in use', over.generatorShare, 'of one'),
        ],
        invalid,
        disturbed,
      };
    };
    return await repeatWhileInvalid(measure, log);
  },
};
