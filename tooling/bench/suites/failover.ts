import { failoverParts } from '../failover/parts.ts';
import type { BenchSuite, Measure } from '../suite.ts';

/**
 * What users notice when a part of a pool is lost: a front end or an edge is killed with their calls, the store of registrations is killed
 * while they register, the link between two front ends is cut, the machine of a front end or of an edge loses power. Everybody is reachable
 * within five seconds, each call can be ended by both sides, and no registration that was acknowledged is lost.
 */
export const suite: BenchSuite = {
  name: 'failover',
  onlyNamedInShort: true,
  measure: Object.fromEntries(
    Object.entries(failoverParts).map(([name, part]) => [name, keepingPromises(part)] as const),
  ),
};

/** Here a missed aim is a broken promise, and makes the run invalid. */
function keepingPromises(part: Measure): Measure {
  return async (bench) => {
    const before = bench.results.length;
    await part(bench);
    for (const { aim, ok, unit, value, what } of bench.results.slice(before))
      bench.demand(ok, `${what}: ${value} ${unit}, promised ${aim}`);
  };
}
