import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

describe('a limit of how often', () => {
  const at = { now: 0 };
  const limit = (maxKeys = 10) => {
    at.now = 1_000_000;
    return new RateLimit({ burst: 2, perHour: 60 }, maxKeys, () => at.now);
  };

  it('allows the burst, then as many as come back in time, and says when the next one does', () => {
    const one = limit();
    expect([one.take('a').ok, one.take('a').ok]).toEqual([true, true]);
    expect(one.take('a')).toEqual({ ok: false, isFirst: true, retryAfterSeconds: 60 });
    at.now += 30_000;
    expect(one.take('a')).toEqual({ ok: false, isFirst: false, retryAfterSeconds: 30 });
    at.now += 30_000;
    expect(one.take('a').ok).toBe(true);
    expect(one.take('a')).toMatchObject({ ok: false, isFirst: true });
    at.now += 10 * 3_600_000;
    expect([one.take('a').ok, one.take('a').ok, one.take('a').ok]).toEqual([true, true, false]);
  });

  it('counts each by itself, and no one by a clock that was set back', () => {
    const one = limit();
    one.take('a');
    one.take('a');
    expect(one.take('b').ok).toBe(true);
    at.now -= 3_600_000;
    expect(one.take('a').ok).toBe(false);
    expect(one.take('b').ok).toBe(true);
  });

  it('remembers a bounded number, and forgets who has done nothing for longest', () => {
    const one = limit(3);
    for (const key of ['a', 'a', 'b', 'b', 'c', 'c', 'a', 'd']) one.take(key);
    expect(one.size).toBe(3);
    expect(one.take('a').ok).toBe(false);
    expect(one.take('b').ok).toBe(true);
    for (let index = 0; index < 1_000; index++) one.take(`key${index}`);
    expect(one.size).toBe(3);
  });
});
