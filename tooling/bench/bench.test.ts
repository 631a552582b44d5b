import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../runner/main.ts';
import { type BenchRun, runBench } from './run.ts';
import { measured } from './suite.ts';

const folder = fileURLToPath(new URL('./testing/', import.meta.url));

function run(...argv: string[]): Promise<Outcome> {
  return runBench(argv, { log: () => undefined }, { folder });
}

describe('pnpm bench', () => {
  it('reports each figure with what it is compared with, its ratio and its aim', async () => {
    const { report, ok } = await run('fine');
    expect(ok).toBe(true);
    expect((report as BenchRun).results).toEqual([
      {
        what: 'relayed',
        value: 80,
        unit: '/s',
        against: { what: 'bare', value: 100 },
        ratio: 0.8,
        aim: 'ratio ≥ 0.75',
        ok: true,
      },
    ]);
    expect((report as BenchRun).machine.node).toBe(process.version);
  });

  it('passes a missed aim unless it is strict', async () => {
    expect((await run('slow')).ok).toBe(true);
    expect((await run('slow', '--strict')).ok).toBe(false);
  });

  it('fails an invalid run, strict or not', async () => {
    expect((await run('invalid')).ok).toBe(false);
    const { report, ok } = await run();
    expect(ok).toBe(false);
    expect((report as { runs: BenchRun[] }).runs.map(({ name }) => name)).toEqual([
      'disturbed',
      'fine',
      'invalid',
      'long',
      'named',
      'skipped',
      'slow',
    ]);
  });

  it('fails a run that the machine disturbed, but for a short one, whose figures say nothing', async () => {
    expect((await run('disturbed')).ok).toBe(false);
    const { report, ok } = await run('disturbed', '--short');
    expect(ok).toBe(true);
    expect((report as BenchRun).disturbed).toEqual(['the generator had no core left']);
    expect((await run('invalid', '--short')).ok).toBe(false);
  });

  it('says what could not be measured here, and passes without it', async () => {
    const { report, ok } = await run('skipped');
    expect(ok).toBe(true);
    expect((report as BenchRun).skipped).toEqual(['the other program is not installed']);
  });

  it('leaves a suite that takes long out of a short run of everything, and runs it where it is named', async () => {
    const measuredIn = async (...argv: string[]) => {
      const { report } = await run(...argv);
      const one = report as BenchRun & { runs?: readonly BenchRun[] };
      return (one.runs ?? [one]).flatMap(({ name, results }) => (name === 'long' ? results : [])).length;
    };
    expect(await measuredIn('--short')).toBe(0);
    expect(await measuredIn('long', '--short')).toBe(1);
    expect(await measuredIn()).toBe(1);
  });

  it('runs a suite that is not for runs of everything only where it is named', async () => {
    const { report } = await run();
    const all = (report as { runs: BenchRun[] }).runs.find(({ name }) => name === 'named');
    expect(all).toMatchObject({ results: [], invalid: [], skipped: [expect.stringContaining('named')] });
    expect(((await run('named')).report as BenchRun).results).toHaveLength(1);
  });

  it('hands an option of few suites over, and refuses it where none of them is named', async () => {
    const { report } = await run('fine', 'named', '--write', 'docs');
    expect(JSON.stringify(report)).toContain('written to docs');
    await expect(run('--write', 'docs')).rejects.toThrow('--write is for a suite');
    await expect(run('fine', '--write', 'docs')).rejects.toThrow('--write is for a suite');
    await expect(run('named', '--commit')).rejects.toThrow('--commit is for a suite');
  });

  it('runs one part of a suite that has parts, and refuses one that it has not', async () => {
    expect(JSON.stringify((await run('named', '--part', 'other')).report)).toContain('other written');
    expect(JSON.stringify((await run('named')).report)).toContain('all written');
    await expect(run('named', '--part', 'third')).rejects.toThrow('it has: one, other');
    await expect(run('fine', '--part', 'one')).rejects.toThrow('--part is for one suite');
    await expect(run('--part', 'one')).rejects.toThrow('--part is for one suite');
  });

  it('refuses an aim on a ratio that is compared with nothing', () => {
    expect(() => measured('x', 1, '/s', { aim: { ratioAtLeast: 1 } })).toThrow('compared with nothing');
  });
});
