import { describe, expect, it } from 'vitest';
import { readReport } from './zlint.ts';

const report = (rules: Record<string, string>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(rules).map(([name, result]) => [name, { result }])));

describe('what zlint says', () => {
  it('reports warnings, errors and results that nobody knows, and nothing else', () => {
    const text = report({
      a: 'pass',
      b: 'NA',
      c: 'NE',
      d: 'info',
      e: 'warn',
      f: 'error',
      g: 'fatal',
      h: 'new',
    });
    expect(readReport(text)).toEqual({
      passed: 1,
      findings: [
        { lint: 'e', result: 'warn' },
        { lint: 'f', result: 'error' },
        { lint: 'g', result: 'fatal' },
        { lint: 'h', result: 'new' },
      ],
    });
  });

  it('does not take a report in which no rule applied for a good one', () => {
    expect(() => readReport(report({ a: 'NA' }))).toThrow('no rule');
    expect(() => readReport('{}')).toThrow('no rule');
  });
});
