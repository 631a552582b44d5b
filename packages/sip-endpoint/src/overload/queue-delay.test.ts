import { describe, expect, it } from 'vitest';
import { QueueDelay } from './queue-delay.ts';

function start() {
  const time = { now: 0, slept: 0 };
  const delay = new QueueDelay({ now: () => time.now, slept: () => time.slept });
  return {
    delay,
    /** A turn begins after so much work and sleep. */
    after(workMs: number, sleptMs: number) {
      time.now += workMs + sleptMs;
      time.slept += sleptMs;
      delay.begin();
      return delay.ms;
    },
  };
}

describe('the delay of what arrives', () => {
  it('is how long the loop has worked since it last looked', () => {
    const { after, delay } = start();
    expect(after(30, 0)).toBe(30);
    expect(after(2, 1_000)).toBe(2);
    expect(delay.sleptMs).toBe(1_000);
    expect(delay.begunAt).toBe(1_032);
  });

  it('is told as the longest since it was last asked for', () => {
    const { after, delay } = start();
    for (const ms of [3, 40, 5]) after(ms, 10);
    expect(delay.takeLongest()).toBe(40);
    after(4, 0);
    expect(delay.takeLongest()).toBe(4);
    expect(delay.takeLongest()).toBe(0);
  });

  it('is that of this process where nothing else is named', () => {
    const delay = new QueueDelay();
    delay.begin();
    expect(delay.ms).toBeGreaterThanOrEqual(0);
    expect(delay.begunAt).toBeLessThanOrEqual(performance.now());
    const before = delay.worked?.() ?? 0;
    expect(before).toBeGreaterThan(0);
    while (delay.worked?.() === before);
    expect(delay.worked?.()).toBeGreaterThan(before);
  });
});
