import { createTestAuthority } from '@entente/testkit';
import { type LoopDelay, type Stretches, startDelay, startStretches } from '../delay/loop-watch.ts';
import { startBareRelay } from '../load/bare-relay.ts';
import { type Loaded, type Measurement, runLoad } from '../load/clients.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { Inspector, inspectorPlace } from '../process/inspector.ts';
import type { Bench, BenchSuite } from '../suite.ts';

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
  async measure(bench) {
    const { log, seconds, short } = bench;
    const places = [await inspectorPlace(), await inspectorPlace()] as const;
    await using relay = await startBareRelay(await createTestAuthority('Bench'), places[0].nodeFlags);
    await using pool = await startPoolFrontEnd(short ? 20 : 100, { nodeFlags: places[1].nodeFlags });
    using ofRelay = await Inspector.open(places[0]);
    using ofFront = await Inspector.open(places[1]);
    const sides = relay.sides(pool.byServer.pairs);
    const bare = { inspector: ofRelay, loaded: { what: 'bare relay', pid: relay.pid, sides } };
    const front = { inspector: ofFront, loaded: { what: 'front end', pid: pool.pid, sides: pool.byServer } };
    const runs: Measurement[] = [];
    const load = async <Found>(
      { inspector, loaded }: { readonly inspector: Inspector; readonly loaded: Loaded },
      watch: Watch<Found>,
      ratePerSecond: number | undefined,
    ): Promise<Found> => {
      const work = { measureMs: seconds * 1_000, ratePerSecond, warmUpMs: runs.length < 2 ? 3_000 : 1_000 };
      let ends: Promise<() => Promise<Found>> | undefined;
      const measuring = (): void => {
        ends = watch(inspector);
      };
      const run = await runLoad(loaded, work, { log, measuring });
      runs.push(run);
      bench.invalid.push(...run.invalid);
      const end = await ends;
      if (end === undefined) throw new Error(`${loaded.what}: nothing was measured`);
      return await end();
    };
    const both = async <Found>(watch: Watch<Found>, rate?: number): Promise<Both<Found>> => ({
      bare: await load(bare, watch, rate),
      front: await load(front, watch, rate),
    });
    delays(bench, 'closed loop', await both(startDelay));
    const rate = Math.max(100, Math.floor((runs[1]?.perSecond ?? 0) * calmShare));
    delays(bench, `${rate} a second`, await both(startDelay, rate));
    longStretches(bench, await both((inspector) => startStretches(inspector, longestStretch), rate));
  },
};

type Watch<Found> = (inspector: Inspector) => Promise<() => Promise<Found>>;

interface Both<Found> {
  readonly bare: Found;
  readonly front: Found;
}

function delays(bench: Bench, how: string, { bare, front }: Both<LoopDelay>): void {
  const rows: Readonly<Record<string, (found: LoopDelay) => number>> = {
    'delay of the event loop of the front end, p50': ({ p50 }) => p50,
    'the same, p99': ({ p99 }) => p99,
    'the same, longest': ({ max }) => max,
    'pause for garbage of the front end, young generation, longest': (found) => longest(found, true),
    'pause for garbage of the front end, all generations, longest': (found) => longest(found, false),
  };
  for (const [what, of] of Object.entries(rows)) {
    const against = of(bare) > 0 ? { what: 'bare relay', value: of(bare) } : undefined;
    bench.figure(`${what}, ${how}`, of(front), 'ms', { against });
  }
  for (const [whose, found] of Object.entries({ 'front end': front, 'bare relay': bare }))
    bench.figure(
      `pauses for garbage above ${longestStretch} ms of the ${whose}, ${how}`,
      above(found),
      'pauses',
    );
}

function above({ pauses }: LoopDelay): number {
  return pauses.filter(({ ms }) => ms > longestStretch).length;
}

function longest({ pauses }: LoopDelay, isMinor: boolean): number {
  return Math.max(0, ...pauses.flatMap((pause) => (pause.isMinor === isMinor ? [pause.ms] : [])));
}

function longStretches(bench: Bench, { bare, front }: Both<Stretches>): void {
  for (const [whose, { counted, long }] of Object.entries({ 'front end': front, 'bare relay': bare })) {
    bench.figure(`stretches of JavaScript in the ${whose}`, counted, 'stretches');
    for (const { by, count, ms } of long) {
      bench.figure(`longest stretch of the ${whose} that ${by} called`, ms, 'ms');
      bench.figure(
        `stretches above ${longestStretch} ms of the ${whose} that ${by} called`,
        count,
        'stretches',
      );
    }
  }
}
