import { type Measurement, runLoad } from '../load/clients.ts';
import { judgeEdge, partnerCounts, type Rounds } from '../load/judge-edge.ts';
import { startPartner, startPoolEdge, withPartner } from '../load/pool-edge.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { cores, moveTo } from '../process/pinned.ts';
import type { BenchSuite } from '../suite.ts';
import { inTurn } from '../turns.ts';

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
  async measure(bench) {
    const { log, seconds, short } = bench;
    const work = { warmUpMs: short ? 2_000 : 3_000, measureMs: seconds * 1_000 };
    await using partner = await startPartner();
    await using pool = await startPoolFrontEnd(short ? 20 : 100, withPartner(partner));
    await using edge = await startPoolEdge(pool, partner);
    const frontEnd = (): Promise<Measurement> => {
      moveTo(pool.pid, cores.server);
      return runLoad({ what: 'front end', pid: pool.pid, sides: pool.byServer }, work, { log });
    };
    const withPartners = async (count: number): Promise<Measurement> => {
      moveTo(pool.pid, cores.generator);
      await edge.setPartners(count);
      const what = `edge with ${count} partners`;
      return await runLoad({ what, pid: edge.pid, sides: edge.byPartner }, work, { log });
    };

    const rounds: Rounds = { front: [], few: [], many: [] };
    for (let round = 0; round < (short ? 1 : 4); round += 1) {
      rounds.front.push(await frontEnd());
      for (const which of inTurn(['few', 'many'] as const, round))
        rounds[which].push(await withPartners(partnerCounts[which]));
    }
    judgeEdge(bench, rounds);
  },
};
