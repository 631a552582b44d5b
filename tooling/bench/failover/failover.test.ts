import { needs } from '@entente/testkit/repository';
import { describe, expect, it } from 'vitest';
import { shortBench } from '../testing/measurement.ts';
import { Findings, promisedMs } from './findings.ts';
import { failoverParts } from './parts.ts';

/** Ends what hangs; each starts five processes, and some of them twice. */
const timeoutMs = 600_000;

describe('a part of a pool is lost, in short', () => {
  it.for(Object.entries(failoverParts))(
    '%s: everybody is reachable again, each call can be ended, nothing that was acknowledged is lost',
    { timeout: timeoutMs },
    async ([, measure], context) => {
      const bench = shortBench();
      await measure(bench);
      needs(context, bench.skipped[0]);
      expect(bench.invalid).toEqual([]);
      expect(bench.results.length).toBeGreaterThan(0);
    },
  );
});

describe('what a scenario has found', () => {
  it('is late where the longest of several took more than is promised', () => {
    const bench = shortBench();
    new Findings(bench, 'here').delays('reachable', [1, promisedMs + 1]);
    expect(bench.invalid).toEqual([]);
    expect(bench.results.map(({ ok, what }) => [what, ok])).toEqual([
      ['here: reachable, median of 2', true],
      ['here: reachable, p99', true],
      ['here: reachable, longest', false],
    ]);
  });

  it('is broken where something never came, or nothing was measured', () => {
    const bench = shortBench();
    const findings = new Findings(bench, 'here');
    findings.delays('reachable', [1, undefined]);
    findings.delays('ended', []);
    findings.delays('only printed', [1, undefined], false);
    findings.demand(true, 'all is well');
    expect(bench.invalid).toEqual([
      'here: reachable: never, for 1 of 2',
      'here: ended: nothing was measured',
    ]);
  });
});
