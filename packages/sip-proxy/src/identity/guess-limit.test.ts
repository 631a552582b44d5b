import { describe, expect, it } from 'vitest';
import { GuessLimit } from './guess-limit.ts';

const start = 1_700_000_000_000;
const home = '192.0.2.1';

function failTimes(limit: GuessLimit, times: number, user: string, address: string, now = start): void {
  for (let time = 0; time < times; time++) limit.failed(user, address, now);
}

describe('guessing passwords', () => {
  it('is free for four tries of a user at an address, then waits a second, twice as long each time, five minutes at most', () => {
    const limit = new GuessLimit();
    failTimes(limit, 4, 'alice', home);
    expect(limit.waitMs('alice', home, start)).toBe(0);
    const waits = Array.from({ length: 12 }, () => {
      limit.failed('alice', home, start);
      return limit.waitMs('alice', home, start);
    });
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(300_000);
  });

  it('begins again where nothing was tried for long enough after the wait', () => {
    const limit = new GuessLimit();
    failTimes(limit, 5, 'alice', home);
    const later = start + 1_000 + 300_000 + 1;
    limit.failed('alice', home, later);
    expect(limit.waitMs('alice', home, later)).toBe(0);
  });

  it('is forgiven once the password was right', () => {
    const limit = new GuessLimit();
    failTimes(limit, 4, 'alice', home);
    limit.succeeded('alice', home, start);
    failTimes(limit, 4, 'alice', home);
    expect(limit.waitMs('alice', home, start)).toBe(0);
  });

  it('of many users from one address is limited too', () => {
    const limit = new GuessLimit();
    for (let user = 0; user < 50; user++) limit.failed(`user${user}`, home, start);
    expect(limit.waitMs('another', home, start)).toBe(1_000);
    expect(limit.waitMs('another', '192.0.2.2', start)).toBe(0);
  });

  it('of one user from many addresses is limited, and does not hold the user up who has authenticated before', () => {
    const limit = new GuessLimit();
    limit.succeeded('alice', home, start);
    for (let host = 0; host < 100; host++) limit.failed('alice', `198.51.100.${host}`, start);
    expect(limit.waitMs('alice', '203.0.113.1', start)).toBe(1_000);
    expect(limit.waitMs('alice', home, start)).toBe(0);
  });

  it('keeps as many counts as it may, and drops the oldest', () => {
    const limit = new GuessLimit({ maxCounts: 2, triesOfUserAtAddress: 1 });
    limit.failed('alice', home, start);
    limit.failed('bob', home, start);
    limit.failed('carol', home, start);
    expect(limit.waitMs('alice', '192.0.2.9', start)).toBe(0);
    expect(['alice', 'bob', 'carol'].map((user) => limit.waitMs(user, home, start) > 0)).toEqual([
      false,
      true,
      true,
    ]);
  });
});
