import { describe, expect, it } from 'vitest';
import { RegistrationPace } from './registration-pace.ts';

const rules = { leastPerSecond: 100, maxSeconds: 30 };

/** The latest time that clients are told which come at once. */
function latest(pace: RegistrationPace, clients: number, now = 0): number {
  let seconds = 0;
  for (let i = 0; i < clients; i++) seconds = Math.max(seconds, pace.retryAfter(now, 0.999_999));
  return seconds;
}

describe('clients that have to register later', () => {
  it('are spread over the time that it takes to register all of them', () => {
    expect(latest(new RegistrationPace(rules), 50)).toBe(1);
    expect(latest(new RegistrationPace(rules), 1_000)).toBe(10);
  });

  it('come back within half a minute, however many they are', () => {
    expect(latest(new RegistrationPace(rules), 1_000_000)).toBe(30);
  });

  it('come back at random: one second at least, whole seconds', () => {
    const pace = new RegistrationPace(rules);
    latest(pace, 1_000);
    expect([0, 0.25, 0.5].map((random) => pace.retryAfter(0, random))).toEqual([1, 3, 6]);
  });

  it('are spread over less where the server has registered more', () => {
    const pace = new RegistrationPace(rules);
    for (let i = 0; i < 500; i++) pace.taken(0);
    expect(latest(pace, 1_000, 1_000)).toBe(2);
  });

  it('no longer count once there was time for them', () => {
    const pace = new RegistrationPace(rules);
    latest(pace, 1_000);
    expect(latest(pace, 100, 10_000)).toBe(1);
  });
});
