import { describe, expect, it } from 'vitest';
import { ByteStream } from './byte-stream.ts';

function read(segments: readonly (readonly [sequence: number, text: string])[], begin = 99): string {
  const stream = new ByteStream();
  stream.begin(begin);
  return segments
    .flatMap(([sequence, text]) => stream.take(sequence, Buffer.from(text)))
    .map(String)
    .join('');
}

describe('the bytes of one direction of a TCP connection', () => {
  it('are in order, whatever order their segments have, each of them once', () => {
    expect(
      read([
        [100, 'abc'],
        [106, 'ghi'],
        [100, 'abc'],
        [103, 'def'],
        [101, 'bcdefghijk'],
      ]),
    ).toBe('abcdefghijk');
  });

  it('go on where their numbers begin again at 0', () => {
    const last = 2 ** 32 - 1;
    expect(
      read(
        [
          [last, 'ab'],
          [1, 'cd'],
        ],
        last - 1,
      ),
    ).toBe('abcd');
  });

  it('are no whole capture where too much is missing in front of them', () => {
    const gap = Array.from({ length: 1_025 }, (_, i) => [200 + i, 'x'] as const);
    expect(() => read(gap)).toThrow('lost');
  });
});
