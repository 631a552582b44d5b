import { afterEach, expect, it, vi } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

afterEach(() => vi.restoreAllMocks());

it('finds the same lines in whatever chunks they come', () => {
  const text = 'a\n\nbcd\nä€\n\ne';
  for (let size = 1; size <= text.length; size++) {
    const lines = new LineSplitter();
    const found: string[] = [];
    for (let at = 0; at < text.length; at += size) found.push(...lines.take(text.slice(at, at + size)));
    expect(found).toEqual(['a', '', 'bcd', 'ä€', '']);
    expect(lines.waiting).toBe(1);
  }
});

it('counts the characters of a line whose end has not come', () => {
  const lines = new LineSplitter();
  for (const [chunk, waiting] of [
    ['abc', 3],
    ['de', 5],
    ['f\ng', 1],
    ['\n', 0],
  ] as const) {
    lines.take(chunk);
    expect(lines.waiting).toBe(waiting);
  }
});

it('looks at each character once, in however many chunks a line comes', () => {
  const lines = new LineSplitter();
  const split = vi.spyOn(String.prototype, 'split');
  for (let i = 0; i < 1_000; i++) lines.take('x'.repeat(100));
  const looked = split.mock.contexts.reduce((sum: number, text) => sum + String(text).length, 0);
  split.mockRestore();
  expect(looked).toBe(100_000);
  expect(lines.take('\n')).toEqual(['x'.repeat(100_000)]);
});
