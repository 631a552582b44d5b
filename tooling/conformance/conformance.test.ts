import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageFault } from '../runner/command-line.ts';
import type { Outcome } from '../runner/main.ts';
import { runConformance } from './run.ts';
import { type ConformanceResult, tally } from './suite.ts';

const folder = fileURLToPath(new URL('./testing/', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

function run(argv: string[], environment: Record<string, string> = {}): Promise<Outcome> {
  return runConformance(argv, { log: () => undefined }, { folder, environment });
}

describe('pnpm conformance', () => {
  it('reports a suite without its vectors as skipped with the reason, never as passed', async () => {
    const { report } = await run(['vectors']);
    expect(report).toMatchObject({ suite: 'vectors', total: 1, passed: 0, failed: 0, skipped: 1 });
    expect((report as ConformanceResult).reason).toContain('ENTENTE_VECTORS');
  });

  it('fails a suite whose vectors are not below the folder that was given', async () => {
    const { report, ok } = await run(['vectors', '--vectors', here]);
    expect(ok).toBe(false);
    expect((report as ConformanceResult).failures[0]?.actual).toBe('not there');
  });

  it('reads the vectors from the environment and reports what failed', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const { report, ok } = await run(['vectors'], { ENTENTE_VECTORS: root });
    expect(ok).toBe(false);
    expect(report).toMatchObject({ total: 2, passed: 1, failed: 1 });
    expect((report as ConformanceResult).failures).toEqual([
      { id: 'wrong', expected: 'refused', actual: 'accepted' },
    ]);
  });

  it('refuses a vector folder that does not exist, and an unknown suite with the ones there are', async () => {
    await expect(run(['vectors', '--vectors', '/nowhere/at/all'])).rejects.toThrow(UsageFault);
    await expect(run(['pkits'])).rejects.toThrow('there is: empty, miscounted, sums, vectors');
    await expect(run(['sums', '--loud'])).rejects.toThrow(UsageFault);
  });

  it('runs every suite when none is named, and is not ok when one of them fails', async () => {
    const { report, ok } = await run([]);
    const { runs } = report as { ok: boolean; runs: ConformanceResult[] };
    expect(ok).toBe(false);
    expect(runs.map(({ suite, failed }) => [suite, failed])).toEqual([
      ['empty', 1],
      ['miscounted', 1],
      ['sums', 0],
      ['vectors', 0],
    ]);
  });

  it('fails a suite that adds up wrongly or runs nothing', async () => {
    expect((await run(['miscounted'])).ok).toBe(false);
    expect((await run(['empty'])).ok).toBe(false);
    expect((await run(['sums'])).ok).toBe(true);
  });
});

describe('the ledger of exceptions', () => {
  const entry = { id: 'a', expected: 'refused', actual: 'accepted', reason: 'allowed on purpose' };

  it('excuses exactly the outcome it describes', () => {
    const result = tally('s', [{ id: 'a', expected: 'refused', actual: 'accepted' }], [entry]);
    expect(result).toMatchObject({
      passed: 1,
      failed: 0,
      exceptions: [{ id: 'a', reason: 'allowed on purpose' }],
    });
  });

  it('fails an entry whose case now passes', () => {
    const result = tally('s', [{ id: 'a', expected: 'refused', actual: 'refused' }], [entry]);
    expect(result).toMatchObject({ passed: 0, failed: 1, exceptions: [] });
  });

  it('fails an entry whose case is gone', () => {
    const result = tally('s', [{ id: 'b', expected: 'x', actual: 'x' }], [entry]);
    expect(result).toMatchObject({ total: 2, passed: 1, failed: 1 });
  });

  it('fails an id that is used twice', () => {
    const twice = { id: 'b', expected: 'x', actual: 'x' };
    expect(tally('s', [twice, twice])).toMatchObject({ total: 2, passed: 1, failed: 1 });
  });
});
