import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import type { BenchSuite } from '../suite.ts';
import { machineKey, readFigures, writeFigure } from '../watch/figures.ts';
import { judgeWatch, mostDearer, type WatchRound } from '../watch/judge-watch.ts';
import { repeatWhileDearer } from '../watch/repeat.ts';

const rounds = 3;
/** Of each round: what else the machine does comes and goes within seconds, and weighs on both sides alike only where turns are short. */
const turns = 3;

/**
 * Whether a MESSAGE and its 200 have become dearer for the front end since the figure in `tooling/bench/watch/figures.json` was committed.
 * Both are ratios to the bare relay, measured in turns, so that what else the machine does weighs on both sides.
 */
export const suite: BenchSuite = {
  name: 'watch',
  onlyNamed: true,
  takes: ['commit'],
  async run({ commit, seconds, short, log }) {
    const machine = machineKey();
    await using relay = await startBareRelay(await createTestAuthority('Bench'));
    await using pool = await startPoolFrontEnd(short ? 20 : 100);
    const barePairs = pool.byServer.pairs.map(({ from, to }) => ({ from, to }));
    let isWarm = false;
    const measureRounds = async (): Promise<readonly WatchRound[]> => {
      const found: WatchRound[] = [];
      for (let round = 0; round < rounds; round += 1) {
        log(`  round ${round + 1} of ${rounds} …`);
        const bare: Measurement[] = [];
        const front: Measurement[] = [];
        for (let turn = 0; turn < turns; turn += 1) {
          // The compiler of V8 has most to do in the first one.
          const warmUpMs = isWarm ? 300 : 3_000;
          const timing = { warmUpMs, measureMs: (seconds * 1_000) / turns, messageBytes: 600, inFlight: 1 };
          const bareOrder = { ...relay.sides, pairs: barePairs, ...timing };
          bare.push(await runLoad('bare relay', bareOrder, relay.pid));
          front.push(await runLoad('front end', { ...pool.byServer, ...timing }, pool.pid));
          isWarm = true;
        }
        found.push({ bare, front });
      }
      return found;
    };
    const committed = commit ? undefined : (await readFigures())[machine];
    const outcome = await repeatWhileDearer(
      async () => judgeWatch({ rounds: await measureRounds(), machine, committed }),
      log,
    );
    const ratio = outcome.results.at(-1)?.value;
    if (ratio === undefined || outcome.invalid.length > 0) return outcome;
    if (commit) {
      await writeFigure(machine, { ratio, date: new Date().toISOString().slice(0, 10) });
      log(`  tooling/bench/watch/figures.json now has ${ratio} for ${machine}: commit it`);
      return { ...outcome, skipped: [] };
    }
    if (committed !== undefined && ratio * mostDearer < committed.ratio) {
      log(`  much cheaper than the committed ${committed.ratio}: commit the new figure (--commit)`);
    }
    return outcome;
  },
};
