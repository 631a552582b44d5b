import { readFileSync } from 'node:fs';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { tooFewFiles } from '../memory/file-limit.ts';
import { besideRedis } from '../scale/beside-redis.ts';
import { perBindings } from '../scale/bindings.ts';
import { perConnections } from '../scale/connections.ts';
import { registrationStorm } from '../scale/storm.ts';
import type { BenchOutcome, BenchSuite } from '../suite.ts';

/** The connections that are held all come from one address. */
const config = { limits: { maxConnectionsPerAddress: 100_000 } };

/**
 * Whether a transaction costs the same with ten connections and with ten thousand, and with a thousand users registered and with a million; and
 * how long ten thousand clients take to register when all come at once.
 */
export const suite: BenchSuite = {
  name: 'scale',
  onlyNamedInShort: true,
  parts: ['bindings', 'connections', 'redis', 'storm'],
  async run({ seconds, short, part, log }) {
    const isWanted = (one: string): boolean => part === undefined || part === one;
    const counts = short ? [10, 60, 300] : [10, 30, 100, 300, 1_000, 3_000, 10_000];
    const most = counts.at(-1) as number;
    const tooMany = tooFewFiles(readFileSync('/proc/self/limits', 'latin1'), most);
    const outcomes: BenchOutcome[] = [];
    if (isWanted('bindings')) {
      outcomes.push(
        await perBindings(
          {
            counts: short
              ? [1_000, 5_000, 25_000]
              : [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
            sampleMs: short ? 50 : 300,
          },
          seconds * 600,
          log,
        ),
      );
    }
    if (isWanted('connections') && tooMany === undefined) {
      await using pool = await startPoolFrontEnd(short ? 100 : 500, { config });
      outcomes.push(await perConnections(pool, { counts, milliseconds: seconds * 200, log }));
    }
    if (isWanted('redis')) {
      outcomes.push(
        await besideRedis({ pairs: short ? 20 : 100, milliseconds: short ? 500 : seconds * 600 }, log),
      );
    }
    if (isWanted('storm') && tooMany === undefined) {
      await using pool = await startPoolFrontEnd(short ? 110 : 1_260, { config });
      outcomes.push(await registrationStorm(pool, short ? 2 : 4, log));
    }
    return {
      results: outcomes.flatMap(({ results }) => results),
      invalid: outcomes.flatMap(({ invalid }) => invalid),
      skipped: [
        ...outcomes.flatMap(({ skipped = [] }) => skipped),
        ...(tooMany === undefined ? [] : [`${most} connections: ${tooMany}`]),
      ],
    };
  },
};
