import { judgeEdge, partnerCounts, type Rounds } from '../load/judge-edge.ts';
import type { LoadOrder } from '../load/order.ts';
import { cores, moveTo } from '../load/pinned-process.ts';
import { startPartner, startPoolEdge, withPartner } from '../load/pool-edge.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import type { BenchSuite } from '../suite.ts';

/**
 * MESSAGE and its 200 from a partner's servers through the edge, with few and with many partners in the topology, beside what the front
 * end spends on a MESSAGE from a server: processor time of one process for each transaction. The server that is measured has a core to
 * itself. The front end behind the edge runs on the generator's, and the two are the bottleneck: the edge waits for them, and gathers
 * fewer messages into one write than the front end does when that is measured, so the comparison is a little to its disadvantage.
 * In a closed loop, because at a fixed rate the edge refuses what a front end that lags behind has not taken.
 */
export const suite: BenchSuite = {
  name: 'edge',
  onlyNamedInShort: true,
  async run({ seconds, short, log }) {
    const timing = {
      warmUpMs: short ? 2_000 : 3_000,
      measureMs: seconds * 1_000,
      messageBytes: 600,
      inFlight: 1,
    };
    await using partner = await startPartner();
    await using pool = await startPoolFrontEnd(short ? 20 : 100, withPartner(partner));
    await using edge = await startPoolEdge(pool, partner);
    const load = (what: string, pid: number, sides: Sides): Promise<Measurement> => {
      log(`  ${what} …`);
      return runLoad(what, { ...sides, ...timing }, pid);
    };
    const frontEnd = (): Promise<Measurement> => {
      moveTo(pool.pid, cores.server);
      return load('front end', pool.pid, pool.byServer);
    };
    const withPartners = async (count: number): Promise<Measurement> => {
      moveTo(pool.pid, cores.generator);
      await edge.setPartners(count);
      return await load(`edge with ${count} partners`, edge.pid, edge.byPartner);
    };

    const rounds: Rounds = { front: [], few: [], many: [] };
    for (let round = 0; round < (short ? 1 : 4); round += 1) {
      rounds.front.push(await frontEnd());
      // The one that comes first changes with the round.
      const counts = round % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const);
      for (const which of counts) rounds[which].push(await withPartners(partnerCounts[which]));
    }
    return judgeEdge(rounds);
  },
};

type Sides = Pick<LoadOrder, 'caller' | 'called' | 'pairs'>;
