import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { holdMany, idleConnections } from '../memory/idle-connections.ts';
import { callGrowth, messageGrowth } from '../memory/transactions.ts';
import { tooFewFiles } from '../process/file-limit.ts';
import { Inspector, inspectorPlace } from '../process/inspector.ts';
import type { BenchSuite } from '../suite.ts';

const manyConnections = 10_000;

/**
 * What a front end keeps: of an idle connection, beside bare Node; of transactions that are over; of a call in progress. Each time its
 * garbage is collected first, over the inspector of its Node.
 */
export const suite: BenchSuite = {
  name: 'memory',
  onlyNamedInShort: true,
  async measure(bench) {
    const { log, short } = bench;
    const idle = short ? { first: 100, further: 300 } : { first: 500, further: 2_000 };
    const place = await inspectorPlace();
    await using pool = await startPoolFrontEnd((idle.first + idle.further) / 2, {
      config: { limits: { maxConnectionsPerAddress: 100_000 } },
      nodeFlags: place.nodeFlags,
    });
    using inspector = await Inspector.open(place);

    log(`  ${idle.further} idle connections …`);
    await idleConnections(bench, pool, inspector, idle);
    const tooMany = short ? 'not in a short run' : tooFewFiles(manyConnections);
    if (tooMany === undefined) await holdMany(bench, pool, manyConnections);
    else bench.skipped.push(`hold ${manyConnections} connections: ${tooMany}`);

    const messages = short ? { first: 5_000, further: 50_000 } : { first: 50_000, further: 1_000_000 };
    log(`  ${messages.further} transactions …`);
    await messageGrowth(bench, pool, inspector, messages);
    const calls = short ? { first: 200, further: 1_500 } : { first: 500, further: 4_000 };
    log(`  ${calls.further} calls in progress …`);
    await callGrowth(bench, pool, inspector, calls, short ? undefined : 40_000);
  },
};
