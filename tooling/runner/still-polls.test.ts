import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => void vi.useRealTimers());

it('a poll moves no test clock, however often it looks', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const before = performance.now();
  let isDue = false;
  setTimeout(() => {
    isDue = true;
  }, 1);
  let looks = 0;
  await expect.poll(() => ++looks).toBe(20);
  expect([performance.now(), isDue]).toEqual([before, false]);
  vi.advanceTimersByTime(1);
  expect(isDue).toBe(true);
});
