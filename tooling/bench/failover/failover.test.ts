import { needs } from '@entente/testkit/repository';
import { describe, expect, it } from 'vitest';
import { FindingsRecord, promisedMs } from './findings.ts';
import { failoverParts } from './parts.ts';

/** Ends what hangs; each starts five processes, and some of them twice. */
const timeoutMs = 600_000;

describe('a part of a pool is lost, in short', () => {
  it.for(failoverParts)(
    '$name: everybody is reachable again, each call can be ended, nothing that was acknowledged is lost',
    { timeout: timeoutMs },
    async ({ missing, play }, context) => {
      needs(context, missing);
      const { broken, results } = await play({ short: true, log: () => {} });
      expect(broken).toEqual([]);
      expect(results.length).toBeGreaterThan(0);
    },
  );
});

describe('what a scenario has found', () => {
  it('is late where the longest of several took more than is promised', () => {
    const findings = new FindingsRecord('here');
    findings.delays('reachable', [1, promisedMs + 1]);
    expect(findings.broken).toEqual([]);
    expect(findings.results.map(({ ok, what }) => [what, ok])).toEqual([
      ['here: reachable, median of 2', true],
      ['here: reachable, p99', true],
      ['here: reachable, longest', false],
    ]);
  });

  it('is broken where something never came, or nothing was measured', () => {
    const findings = new FindingsRecord('here');
    findings.delays('reachable', [1, undefined]);
    findings.delays('ended', []);
    findings.delays('only printed', [1, undefined], false);
    findings.demand(true, 'all is well');
    expect(findings.broken).toEqual([
      'here: reachable: never, for 1 of 2',
      'here: ended: nothing was measured',
    ]);
  });
});
