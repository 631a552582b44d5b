import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import { type Measurement, runLoad } from '../load/clients.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import type { BenchSuite } from '../suite.ts';
import { machineKey, readFigures, writeFigure } from '../watch/figures.ts';
import { dearer, judgeWatch, mostDearer, type WatchRound } from '../watch/judge-watch.ts';

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
  async measure(bench) {
    const { log, options, seconds, short } = bench;
    const machine = machineKey();
    await using relay = await startBareRelay(await createTestAuthority('Bench'));
    await using pool = await startPoolFrontEnd(short ? 20 : 100);
    const { byServer, pid } = pool;
    let isWarm = false;
    const measureRound = async (): Promise<WatchRound> => {
      const bare: Measurement[] = [];
      const front: Measurement[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        // The compiler of V8 has most to do in the first one.
        const work = { warmUpMs: isWarm ? 300 : 3_000, measureMs: (seconds * 1_000) / turns };
        const sides = relay.sides(byServer.pairs);
        bare.push(await runLoad({ what: 'bare relay', pid: relay.pid, sides }, work));
        front.push(await runLoad({ what: 'front end', pid, sides: byServer }, work));
        isWarm = true;
      }
      return { bare, front };
    };
    const committed = options.commit ? undefined : (await readFigures())[machine];
    let ratio = Number.NaN;
    const { invalid } = await bench.repeat(async (attempt) => {
      const found: WatchRound[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        log(`  round ${round} of ${rounds} …`);
        found.push(await measureRound());
      }
      ratio = judgeWatch(attempt, { rounds: found, machine, committed });
    }, dearer);
    if (Number.isNaN(ratio) || invalid.length > 0) return;
    if (options.commit) {
      await writeFigure(machine, { ratio, date: new Date().toISOString().slice(0, 10) });
      log(`  tooling/bench/watch/figures.json now has ${ratio} for ${machine}: commit it`);
      bench.skipped.splice(0);
    } else if (committed !== undefined && ratio * mostDearer < committed.ratio) {
      log(`  much cheaper than the committed ${committed.ratio}: commit the new figure (--commit)`);
    }
  },
};
