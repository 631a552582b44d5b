import { describe, expect, it } from 'vitest';
import { readDuration } from './read-duration.ts';

const timeout = { option: '--timeout', from: '1ms', to: '10m' };
const lifetime = { option: '--lifetime', from: '1s', to: '1h' };

describe('a duration on the command line', () => {
  it.each([
    ['500ms', 500],
    ['2s', 2_000],
    ['10m', 600_000],
    ['2', 2_000],
  ])('is a whole number with its unit, or of seconds: %s', (text, milliseconds) => {
    expect(readDuration(text, timeout)).toBe(milliseconds);
  });

  it('may be an hour where the option allows it', () => {
    expect(['1h', '3600', '3600s', '60m'].map((text) => readDuration(text, lifetime))).toEqual(
      Array(4).fill(3_600_000),
    );
  });

  it.each(['', 'soon', '2 s', '-1s', '1.5s', '2S', '0ms', '11m', '10000', '1e3', '9999999999s'])(
    'is refused with the option, its range and how to write one: %j',
    (text) => {
      expect(() => readDuration(text, timeout)).toThrow(
        expect.objectContaining({
          code: 'ENTENTE_USAGE',
          place: 'option --timeout',
          sentence: `expected a duration from 1ms to 10m, found ${text}`,
          remedy: expect.stringContaining('2s'),
        }),
      );
    },
  );

  it.each(['500ms', '1500ms', '0', '3601'])(
    'of whole seconds is refused with a part of one, and outside of its range: %s',
    (text) => {
      expect(() => readDuration(text, lifetime)).toThrow(expect.objectContaining({ code: 'ENTENTE_USAGE' }));
    },
  );
});
