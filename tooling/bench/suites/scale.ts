import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { tooFewFiles } from '../process/file-limit.ts';
import { besideRedis } from '../scale/beside-redis.ts';
import { perBindings } from '../scale/bindings.ts';
import { perConnections } from '../scale/connections.ts';
import { registrationStorm } from '../scale/storm.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/** The connections that are held all come from one address. */
const config = { limits: { maxConnectionsPerAddress: 100_000 } };

/**
 * Whether a transaction costs the same with ten connections and with ten thousand, and with a thousand users registered and with a million; and
 * how long ten thousand clients take to register when all come at once.
 */
export const suite: BenchSuite = {
  name: 'scale',
  onlyNamedInShort: true,
  measure: {
    bindings: perBindings,
    async connections(bench) {
      const counts = countsOf(bench);
      if (hasTooFewFiles(bench)) return;
      await using pool = await startPoolFrontEnd(bench.short ? 100 : 500, { config });
      await perConnections(bench, pool, counts);
    },
    redis: besideRedis,
    async storm(bench) {
      if (hasTooFewFiles(bench)) return;
      await using pool = await startPoolFrontEnd(bench.short ? 110 : 1_260, { config });
      await registrationStorm(bench, pool, bench.short ? 2 : 4);
    },
  },
};

function countsOf({ short }: Bench): readonly number[] {
  return short ? [10, 60, 300] : [10, 30, 100, 300, 1_000, 3_000, 10_000];
}

function hasTooFewFiles(bench: Bench): boolean {
  const most = Math.max(...countsOf(bench));
  const tooMany = tooFewFiles(most);
  if (tooMany !== undefined) bench.skipped.push(`${most} connections: ${tooMany}`);
  return tooMany !== undefined;
}
