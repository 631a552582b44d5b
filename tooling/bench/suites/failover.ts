import { failoverParts } from '../failover/parts.ts';
import type { BenchOptions, BenchOutcome, BenchResult, BenchSuite } from '../suite.ts';

/**
 * What users notice when a part of a pool is lost: a front end or an edge is killed with their calls, the store of registrations is killed
 * while they register, the link between two front ends is cut, the machine of a front end or of an edge loses power. Everybody is reachable within five seconds, each call can be ended by both sides, and no
 * registration that was acknowledged is lost.
 */
export const suite: BenchSuite = {
  name: 'failover',
  onlyNamedInShort: true,
  parts: failoverParts.map(({ scene }) => scene),
  run,
};

async function run({ log, part, short }: BenchOptions): Promise<BenchOutcome> {
  const results: BenchResult[] = [];
  const invalid: string[] = [];
  const skipped: string[] = [];
  const parts = failoverParts.filter(({ scene }) => part === undefined || scene === part);
  for (const { missing, name, play } of parts) {
    if (missing !== undefined) {
      skipped.push(`${name}: ${missing}`);
      continue;
    }
    const found = await play({ log, short });
    results.push(...found.results);
    invalid.push(...found.broken);
  }
  for (const { aim, ok, unit, value, what } of results)
    if (!ok) invalid.push(`${what}: ${value} ${unit}, promised ${aim}`);
  return { results, invalid, skipped };
}
