import { createTestAuthority } from '@entente/testkit';
import { type LoopDelay, type Stretches, startDelay, startStretches } from '../delay/loop-watch.ts';
import { startBareRelay } from '../load/bare-relay.ts';
import { Inspector, inspectorPlace } from '../load/inspector.ts';
import type { LoadOrder } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type BenchResult, type BenchSuite, measured } from '../suite.ts';

/** Of the most that the front end can do: where nobody should have to wait. */
const calmShare = 0.4;

/** Nothing of ours should run longer in one piece, in milliseconds. */
const longestStretch = 1;

/**
 * How long the event loop of a front end keeps others waiting while it relays MESSAGE and its 200, beside the bare relay: in a closed
 * loop, where each turn of the loop serves all that has come meanwhile, and at a rate at which it could do more. Then, with Node's async
 * hooks, what ran longest in one piece.
 */
export const suite: BenchSuite = {
  name: 'delay',
  onlyNamedInShort: true,
  async run({ seconds, short, log }) {
    const places = [await inspectorPlace(), await inspectorPlace()] as const;
    const authority = await createTestAuthority('Bench');
    await using relay = await startBareRelay(authority, places[0].nodeFlags);
    await using pool = await startPoolFrontEnd(short ? 20 : 100, { nodeFlags: places[1].nodeFlags });
    using ofRelay = await Inspector.open(places[0]);
    using ofFront = await Inspector.open(places[1]);
    const timing = { measureMs: seconds * 1_000, messageBytes: 600, inFlight: 1 };
    const pairs = pool.byServer.pairs.map(({ from, to }) => ({ from, to }));
    const runs: Measurement[] = [];
    const load = async <Found>(
      { inspector, pid, sides, what }: Side,
      ratePerSecond: number | undefined,
      watch: (inspector: Inspector) => Promise<() => Promise<Found>>,
    ): Promise<Found> => {
      log(`  ${what}, ${ratePerSecond === undefined ? 'closed loop' : `${ratePerSecond} a second`} …`);
      const paced = ratePerSecond === undefined ? {} : { ratePerSecond };
      const order = { ...sides, ...timing, ...paced, warmUpMs: runs.length < 2 ? 3_000 : 1_000 };
      let ends: Promise<() => Promise<Found>> | undefined;
      const run = await runLoad(what, order, pid, () => {
        ends = watch(inspector);
      });
      runs.push(run);
      const end = await ends;
      if (end === undefined) throw new Error(`${what}: nothing was measured`);
      return await end();
    };
    const bare: Side = {
      what: 'bare relay',
      inspector: ofRelay,
      pid: relay.pid,
      sides: { ...relay.sides, pairs },
    };
    const front: Side = { what: 'front end', inspector: ofFront, pid: pool.pid, sides: pool.byServer };
    const closed = {
      bare: await load(bare, undefined, startDelay),
      front: await load(front, undefined, startDelay),
    };
    const rate = Math.max(100, Math.floor((runs[1]?.perSecond ?? 0) * calmShare));
    const calm = { bare: await load(bare, rate, startDelay), front: await load(front, rate, startDelay) };
    const long = (inspector: Inspector) => startStretches(inspector, longestStretch);
    const stretches = { bare: await load(bare, rate, long), front: await load(front, rate, long) };
    return {
      results: [
        ...delays('closed loop', closed),
        ...delays(`${rate} a second`, calm),
        ...longStretches(stretches),
      ],
      invalid: runs.flatMap(({ invalid }) => invalid),
    };
  },
};

interface Side {
  readonly what: string;
  readonly inspector: Inspector;
  readonly pid: number;
  readonly sides: Pick<LoadOrder, 'caller' | 'called' | 'pairs'>;
}

interface Both<Found> {
  readonly bare: Found;
  readonly front: Found;
}

function delays(how: string, { bare, front }: Both<LoopDelay>): BenchResult[] {
  const row = (what: string, of: (found: LoopDelay) => number): BenchResult =>
    of(bare) > 0
      ? measured(`${what}, ${how}`, of(front), 'ms', { against: { what: 'bare relay', value: of(bare) } })
      : measured(`${what}, ${how}`, of(front), 'ms');
  return [
    row('delay of the event loop of the front end, p50', ({ p50 }) => p50),
    row('the same, p99', ({ p99 }) => p99),
    row('the same, longest', ({ max }) => max),
    row('pause for garbage of the front end, young generation, longest', (found) => longest(found, true)),
    row('pause for garbage of the front end, all generations, longest', (found) => longest(found, false)),
    measured(
      `pauses for garbage above ${longestStretch} ms of the front end, ${how}`,
      above(front),
      'pauses',
    ),
    measured(
      `pauses for garbage above ${longestStretch} ms of the bare relay, ${how}`,
      above(bare),
      'pauses',
    ),
  ];
}

function above({ pauses }: LoopDelay): number {
  return pauses.filter(({ ms }) => ms > longestStretch).length;
}

function longest({ pauses }: LoopDelay, isMinor: boolean): number {
  return Math.max(0, ...pauses.flatMap((pause) => (pause.isMinor === isMinor ? [pause.ms] : [])));
}

function longStretches({ bare, front }: Both<Stretches>): BenchResult[] {
  return Object.entries({ 'front end': front, 'bare relay': bare }).flatMap(([whose, { counted, long }]) => [
    measured(`stretches of JavaScript in the ${whose}`, counted, 'stretches'),
    ...long.flatMap(({ by, count, ms }) => [
      measured(`longest stretch of the ${whose} that ${by} called`, ms, 'ms'),
      measured(`stretches above ${longestStretch} ms of the ${whose} that ${by} called`, count, 'stretches'),
    ]),
  ]);
}
