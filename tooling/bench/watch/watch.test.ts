import { describe, expect, it } from 'vitest';
import { judgedBy, measurement, shortBench } from '../testing/measurement.ts';
import { machineKey, readFigures, withFigure } from './figures.ts';
import { dearer, judgeWatch, mostDearer, type WatchRound } from './judge-watch.ts';

const machine = 'Processor X, 2 cores, Node 20';

/** Rounds on a machine that is twice as busy in each one than in the one before, each with a turn that is disturbed. */
function rounds(...ratios: readonly number[]): WatchRound[] {
  return ratios.map((ratio, i) => {
    const bare = 20 * 2 ** i;
    return {
      bare: [measurement(bare), measurement(bare * 3)],
      front: [measurement(bare * ratio * 2), measurement(bare * ratio)],
    };
  });
}

const date = '2026-11-26';
const judged = (ratios: readonly number[], ratio: number) =>
  judgedBy(
    (bench) => void judgeWatch(bench, { rounds: rounds(...ratios), machine, committed: { ratio, date } }),
  );
const uncompared = (...found: readonly WatchRound[]) =>
  judgedBy((bench) => void judgeWatch(bench, { rounds: found, machine, committed: undefined }));

describe('the watch over what a transaction costs', () => {
  it('fails when the median of the rounds is more than 15 % above the committed ratio', () => {
    expect(mostDearer).toBe(1.15);
    expect(judged([2.31, 2.31, 2.31], 2).results.at(-1)).toMatchObject({ ok: false, ratio: 1.155 });
    expect(judged([2.29, 2.29, 2.29], 2).results.at(-1)).toMatchObject({ ok: true });
  });

  it('is measured again while it is dearer, and no more once it is not', async () => {
    const watch = async (...ratios: readonly number[]) => {
      const left = [...ratios];
      const bench = shortBench();
      await bench.repeat(async (attempt) => {
        const found = rounds(...Array<number>(3).fill(left.shift() ?? 0));
        judgeWatch(attempt, { rounds: found, machine, committed: { ratio: 2, date } });
      }, dearer);
      return [bench.results.at(-1)?.ok, left.length];
    };
    expect(await watch(3, 3, 3, 2)).toEqual([false, 1]);
    expect(await watch(3, 2, 3)).toEqual([true, 1]);
    expect(await watch(2, 3)).toEqual([true, 1]);
  });

  it('is decided by no single round', () => {
    expect(judged([9, 2, 2], 2).results.at(-1)).toMatchObject({ value: 2, ok: true });
    expect(judged([1, 3, 3], 2).results.at(-1)).toMatchObject({ value: 3, ok: false });
  });

  it('counts the quietest turn of a round', () => {
    const [round] = judged([2], 2).results;
    expect(round).toMatchObject({ value: 40, against: { value: 20 }, ratio: 2 });
  });

  it('passes a transaction that has become cheaper', () => {
    expect(judged([1, 1, 1], 2).results.every(({ ok }) => ok)).toBe(true);
  });

  it('compares nothing where no figure of this kind of machine is committed, and says how to commit one', () => {
    const { invalid, results, skipped } = uncompared(...rounds(9, 9, 9));
    expect(results.at(-1)).toMatchObject({ aim: null, ok: true });
    expect(invalid).toEqual([]);
    expect(skipped).toEqual([
      expect.stringMatching(/^no figure is committed for Processor X.*: not compared.*bench watch --commit$/),
    ]);
  });

  it('proves nothing where transactions were lost or the platform tells no processor time', () => {
    const [first] = rounds(2) as [WatchRound];
    const lost = { ...first, front: [measurement(40, ['front end: 3 transactions were lost'])] };
    expect(uncompared(first, lost).invalid).toHaveLength(1);
    const untold = { ...first, front: [measurement(40), measurement(undefined)] };
    expect(uncompared(untold).results.at(-1)?.value).toBeNaN();
  });

  it('counts a round in which the generator was busier than the server', () => {
    const [first] = rounds(2) as [WatchRound];
    const bound = { ...first, bare: [measurement(20, [], ['the generator used 99 % of its core'])] };
    expect(uncompared(bound)).toMatchObject({ invalid: [], disturbed: [] });
  });
});

describe('the committed figures', () => {
  it('are kept by processor, number of cores and version of Node', () => {
    expect(machineKey([{ model: ' Processor  X ' }, { model: 'Processor X' }], 'v20.19.0', '')).toBe(machine);
    expect(machineKey([], 'v26.1.0', '')).toBe('unknown processor, 0 cores, Node 26');
  });

  it('are kept by family and model too, where processors share a name', () => {
    const details = 'processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: Processor X\n';
    expect(machineKey([{ model: 'Processor X' }], 'v20.19.0', details)).toBe(
      'Processor X (family 26, model 2), 1 core, Node 20',
    );
  });

  it('are ratios, each with its date', async () => {
    for (const { date, ratio } of Object.values(await readFigures())) {
      expect(ratio).toBeGreaterThan(0);
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });

  it('are sorted, and a new one replaces the old one of its kind of machine alone', () => {
    const old = { Z: { ratio: 1, date: '2026-01-01' }, B: { ratio: 2, date: '2026-01-02' } };
    const text = withFigure(old, 'Z', { ratio: 1.234567, date: '2026-11-26' });
    expect(Object.keys(JSON.parse(text))).toEqual(['B', 'Z']);
    expect(JSON.parse(text)).toEqual({ ...old, Z: { ratio: 1.235, date: '2026-11-26' } });
  });
});
