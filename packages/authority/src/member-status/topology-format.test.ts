import { expect, it } from 'vitest';
import { topologyFormatOf } from './topology-format.ts';

it.each([
  ['{"document":{"format":"entente-topology/2","version":1},"signatures":[]}', 'entente-topology/2'],
  ['{"document":{"a":"\\"{[\\\\","b":[{"format":"x"}],"format":"y"},"signatures":[]}', 'y'],
  ['{"document":{"a":"\\",\\"format\\":\\"x\\","},"signatures":[]}', undefined],
  ['{"document":{"a":["format"]},"signatures":[{"format":"x"}]}', undefined],
  ['{"document":{"format":7},"signatures":[]}', undefined],
  ['{"format":"x"}', undefined],
  ['{"document":{"a":"', undefined],
  ['', undefined],
])('the format that %s says it has is %s', (text, format) => {
  expect(topologyFormatOf(text)).toBe(format);
});

it('a format is cut where it is long', () => {
  const text = `{"document":{"format":"${'x'.repeat(1_000)}"},"signatures":[]}`;
  expect(topologyFormatOf(text)).toBe('x'.repeat(64));
});
