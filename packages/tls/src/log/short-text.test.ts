import { describe, expect, it } from 'vitest';
import { shortText } from './short-text.ts';

describe('a text for the log', () => {
  it('stays whole where it is short', () => {
    expect(shortText('x'.repeat(512))).toBe('x'.repeat(512));
  });

  it('has its start and its end, and says how much was left out, where it is long', () => {
    const short = shortText(`expected none, found ${'x'.repeat(30_000)}; leave it out`);
    expect(short.length).toBeLessThanOrEqual(512);
    expect(short).toMatch(/^expected none, found x+ … \d+ characters left out … x+; leave it out$/);
    const [, count] = / (\d+) characters left out /.exec(short) ?? [];
    const shown = short.replace(/ … .* … /, '').length;
    expect(shown + Number(count)).toBe('expected none, found ; leave it out'.length + 30_000);
  });

  it.each([64, 256, 1_024, 8_192])('is never longer than it may be: %i characters', (most) => {
    expect(shortText('x'.repeat(most + 1), most).length).toBeLessThanOrEqual(most);
    expect(shortText('x'.repeat(1_000_000), most)).toContain('characters left out');
  });
});
