import { describe, expect, it } from 'vitest';
import { expose } from './exposition.ts';
import type { Metric } from './metric.ts';

const metric = (samples: ReturnType<Metric['samples']>): Metric => ({
  name: 'entente_example_total',
  type: 'counter',
  help: 'One\\two\nlines.',
  samples: () => samples,
});

describe('the text format of Prometheus', () => {
  it('has help, type and samples of each metric once, with those of both sides of a server', () => {
    const text = expose([
      metric([{ labels: { side: 'inside' }, value: 1 }]),
      metric([{ labels: { side: 'outside' }, value: 2.5 }]),
    ]);
    expect(text).toBe(
      [
        '# HELP entente_example_total One\\\\two\\nlines.',
        '# TYPE entente_example_total counter',
        'entente_example_total{side="inside"} 1',
        'entente_example_total{side="outside"} 2.5',
        '',
      ].join('\n'),
    );
  });

  it('escapes values of labels', () => {
    expect(expose([metric([{ labels: { a: 'x"y\\z\n' }, value: 0 }])])).toContain('{a="x\\"y\\\\z\\n"} 0');
  });

  it('writes what is no finite number as the format has it', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const lines = expose([metric(values.map((value) => ({ value })))]).split('\n');
    expect(lines.slice(2, 5).map((line) => line.split(' ')[1])).toEqual(['NaN', '+Inf', '-Inf']);
  });
});
