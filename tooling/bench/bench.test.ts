import { describe, expect, it } from 'vitest';
import type { Outcome } from '../runner/main.ts';
import { type BenchRun, runBench } from './run.ts';
import { Bench, type BenchSuite, type Measure } from './suite.ts';

const relayed: Measure = (bench) => void bench.figure('relayed', 80, '/s');
const suites: readonly BenchSuite[] = [
  {
    name: 'disturbed',
    measure(bench) {
      relayed(bench);
      bench.disturbed.push('the generator had no core left');
    },
  },
  {
    name: 'fine',
    measure(bench) {
      const against = { what: 'bare', value: 100 };
      bench.figure('relayed', 80, '/s', { against, aim: { ratioAtLeast: 0.75 } });
      bench.skipped.push('the other program is not installed');
    },
  },
  {
    name: 'invalid',
    measure(bench) {
      relayed(bench);
      bench.demand(false, 'three transactions were lost');
    },
  },
  { name: 'long', onlyNamedInShort: true, measure: relayed },
  {
    name: 'named',
    onlyNamed: true,
    takes: ['write'],
    measure: {
      one: (bench) => void bench.figure(`one written to ${bench.options.write}`, 1, ''),
      other: (bench) => void bench.figure('other', 1, ''),
    },
  },
  { name: 'slow', measure: (bench) => void bench.figure('memory', 90, 'kB', { aim: { atMost: 70 } }) },
  { name: 'broken', measure: () => Promise.reject(new Error('no server')) },
  { name: 'empty', measure: () => {} },
  { name: 'senseless', measure: (bench) => void bench.figure('rate', Number.NaN, '/s') },
];

const loadable = suites.map((suite) => ({ name: suite.name, load: async () => suite }));
const runAll = (log: (line: string) => void, ...argv: string[]): Promise<Outcome> =>
  runBench(argv, { log }, loadable);
const run = (...argv: string[]) => runAll(() => undefined, ...argv);
const runsOf = async (...argv: string[]) => {
  const report = (await run(...argv)).report as BenchRun & { readonly runs?: readonly BenchRun[] };
  return Object.fromEntries((report.runs ?? [report]).map((one) => [one.name, one]));
};
const whats = ({ results }: BenchRun | undefined = { results: [] } as never) =>
  results.map(({ what }) => what);

describe('pnpm bench', () => {
  it('reports each figure with what it is compared with, its ratio and its aim, as text and as JSON', async () => {
    const lines: string[] = [];
    const { report, ok } = await runAll((line) => lines.push(line), 'fine', 'slow', 'invalid', 'disturbed');
    expect(ok).toBe(false);
    expect(lines).toEqual([
      'fine …',
      '  ✓ relayed: 80 /s, 0.8 × bare (100), aim ratio ≥ 0.75',
      '  – skipped: the other program is not installed',
      'slow …',
      '  ✗ memory: 90 kB, aim ≤ 70 kB',
      'invalid …',
      '  · relayed: 80 /s',
      '  ✗ invalid: three transactions were lost',
      'disturbed …',
      '  · relayed: 80 /s',
      '  ✗ disturbed: the generator had no core left',
      '✗ invalid is invalid: three transactions were lost',
      '✗ disturbed was disturbed: the generator had no core left',
    ]);
    const [fine] = (report as { readonly runs: readonly BenchRun[] }).runs;
    expect(fine).toEqual({
      name: 'fine',
      machine: expect.objectContaining({ node: process.version }),
      results: [
        {
          what: 'relayed',
          value: 80,
          unit: '/s',
          against: { what: 'bare', value: 100 },
          ratio: 0.8,
          aim: 'ratio ≥ 0.75',
          ok: true,
        },
      ],
      invalid: [],
      disturbed: [],
      skipped: ['the other program is not installed'],
    });
  });

  it('passes what could not be measured here, and a missed aim unless it is strict', async () => {
    expect((await run('fine')).ok).toBe(true);
    expect((await run('slow')).ok).toBe(true);
    expect((await run('slow', '--strict')).ok).toBe(false);
  });

  it('fails an invalid run, strict or not, short or not', async () => {
    expect((await run('invalid')).ok).toBe(false);
    expect((await run('invalid', '--short')).ok).toBe(false);
    expect((await run()).ok).toBe(false);
  });

  it('takes for invalid what ends with a fault, finds nothing, or finds what is no number', async () => {
    const { broken, empty, senseless } = await runsOf('broken', 'empty', 'senseless');
    expect(broken?.invalid).toEqual([expect.stringContaining('no server')]);
    expect(empty?.invalid).toEqual(['nothing was measured']);
    expect(senseless?.invalid).toEqual(['"rate" is not a number']);
  });

  it('fails a run that the machine disturbed, but for a short one, whose figures say nothing', async () => {
    expect((await run('disturbed')).ok).toBe(false);
    expect((await run('disturbed', '--short')).ok).toBe(true);
    expect((await runsOf('disturbed', '--short')).disturbed?.disturbed).toHaveLength(1);
  });

  it('leaves a suite that takes long out of a short run of everything, and runs it where it is named', async () => {
    expect(whats((await runsOf('--short')).long)).toEqual([]);
    expect(whats((await runsOf('long', '--short')).long)).toEqual(['relayed']);
    expect(whats((await runsOf()).long)).toEqual(['relayed']);
  });

  it('runs a suite that is not for runs of everything only where it is named', async () => {
    const { named } = await runsOf();
    expect(named).toMatchObject({ results: [], invalid: [], skipped: [expect.stringContaining('named')] });
    expect(whats((await runsOf('named')).named)).toHaveLength(2);
  });

  it('hands an option of few suites over, and refuses it where none of them is named', async () => {
    expect(whats((await runsOf('fine', 'named', '--write', 'docs')).named)).toContain('one written to docs');
    await expect(run('--write', 'docs')).rejects.toThrow('--write is for a suite');
    await expect(run('fine', '--write', 'docs')).rejects.toThrow('--write is for a suite');
    await expect(run('named', '--commit')).rejects.toThrow('--commit is for a suite');
  });

  it('runs one part of a suite that has parts, and refuses one that it has not', async () => {
    expect(whats((await runsOf('named', '--part', 'other')).named)).toEqual(['other']);
    await expect(run('named', '--part', 'third')).rejects.toThrow('it has: one, other');
    await expect(run('fine', '--part', 'one')).rejects.toThrow('--part is for one suite');
    await expect(run('--part', 'one')).rejects.toThrow('--part is for one suite');
  });
});

describe('a run', () => {
  const bench = () =>
    new Bench({ seconds: 1, short: true, commit: false, write: undefined, log: () => undefined });

  it('refuses an aim on a ratio that is compared with nothing', () => {
    expect(() => bench().figure('x', 1, '/s', { aim: { ratioAtLeast: 1 } })).toThrow('compared with nothing');
  });

  it.each(['invalid', 'disturbed'] as const)(
    'measures again what was %s, three times at most, and the last one counts',
    async (kind) => {
      const measured = async (...reasons: readonly string[][]) => {
        const left = [...reasons];
        const whole = bench();
        await whole.repeat(async (attempt) => {
          attempt[kind].push(...(left.shift() ?? ['asked once too often']));
          relayed(attempt);
        });
        expect(whole.results).toHaveLength(1);
        return whole[kind];
      };
      expect(await measured([])).toEqual([]);
      expect(await measured(['a'], ['b'], [])).toEqual([]);
      expect(await measured(['a'], ['b'], ['c'], [])).toEqual(['c']);
    },
  );

  it('measures again for other reasons where it is told so', async () => {
    const values = [90, 70, 80];
    const whole = bench();
    await whole.repeat(
      async (attempt) => void attempt.figure('memory', values.shift() ?? 0, 'kB', { aim: { atMost: 70 } }),
      ({ results }) => (results.every(({ ok }) => ok) ? [] : ['dearer']),
    );
    expect(whole.results.map(({ value }) => value)).toEqual([70]);
  });
});
