import { judgeEdge, partnerCounts, type Rounds } from '../load/judge-edge.ts';
import type { LoadOrder } from '../load/order.ts';
import { cores, moveTo } from '../load/pinned-process.ts';
import { startPartner, startPoolEdge, withPartner } from '../load/pool-edge.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import type { BenchSuite } from '../suite.ts';

/**
 * What is compared runs at this share of the most that the front end can do: behind the edge it shares the generator's core, and both must
 * keep up there.
 */
const rateShare = 0.3;

/**
 * MESSAGE and its 200 from a partner's servers through the edge, with few and with many partners in the topology, beside what the front
 * end spends on a MESSAGE from a server: processor time of one process for each transaction, all at the same rate, which weighs
 * as much on one as on the other. The server that is measured has a core to itself; the front end behind the edge runs on the generator's.
 */
export const suite: BenchSuite = {
  name: 'edge',
  onlyNamedInShort: true,
  async run({ seconds, short, log }) {
    const timing = {
      warmUpMs: short ? 1_000 : 3_000,
      measureMs: seconds * 1_000,
      messageBytes: 600,
      inFlight: 1,
    };
    await using partner = await startPartner();
    await using pool = await startPoolFrontEnd(short ? 20 : 100, withPartner(partner));
    await using edge = await startPoolEdge(pool, partner);
    const load = (what: string, pid: number, sides: Sides, rate?: number): Promise<Measurement> => {
      log(`  ${what}, ${rate === undefined ? 'closed loop' : `${rate} a second`} …`);
      const paced = rate === undefined ? {} : { ratePerSecond: rate };
      return runLoad(what, { ...sides, ...timing, ...paced }, pid);
    };
    const frontEnd = (rate?: number) => {
      moveTo(pool.pid, cores.server);
      return load('front end', pool.pid, pool.byServer, rate);
    };
    const withPartners = async (count: number, rate?: number) => {
      moveTo(pool.pid, cores.generator);
      await edge.setPartners(count);
      return await load(`edge with ${count} partners`, edge.pid, edge.byPartner, rate);
    };

    const front = await frontEnd();
    const rate = Math.max(100, Math.floor(front.perSecond * rateShare));
    const rounds: Rounds = { front: [], few: [], many: [] };
    for (let round = 0; round < (short ? 1 : 3); round += 1) {
      rounds.front.push(await frontEnd(rate));
      rounds.few.push(await withPartners(partnerCounts.few, rate));
      rounds.many.push(await withPartners(partnerCounts.many, rate));
    }
    const closed = { front, many: await withPartners(partnerCounts.many) };
    return judgeEdge({ closed, rounds, rate });
  },
};

type Sides = Pick<LoadOrder, 'caller' | 'called' | 'pairs'>;
