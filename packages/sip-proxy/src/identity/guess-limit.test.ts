import fc from 'fast-check';
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

  it('for others, from an address that many share, does not hold the user up who has authenticated there', () => {
    const limit = new GuessLimit();
    limit.succeeded('alice', home, start);
    for (let user = 0; user < 60; user++) limit.failed(`user${user}`, home, start);
    expect(limit.waitMs('bob', home, start)).toBeGreaterThan(1_000);
    expect(limit.waitMs('alice', home, start)).toBe(0);
    failTimes(limit, 5, 'alice', home);
    expect(limit.waitMs('alice', home, start)).toBe(1_000);
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

  it('makes everybody wait as long as the three counts say, in whichever order things happen', () => {
    const step = fc.record({
      what: fc.constantFrom('failed', 'failed', 'succeeded'),
      user: fc.constantFrom('alice', 'bob'),
      address: fc.constantFrom(home, '198.51.100.1', '203.0.113.1'),
      afterMs: fc.constantFrom(0, 1, 500, 2_000, 700_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rules = { triesOfUserAtAddress: 2, triesOfAddress: 4, triesOfUser: 5 };
        const limit = new GuessLimit(rules);
        const plain = new PlainLimit(rules);
        let now = start;
        for (const { what, user, address, afterMs } of steps) {
          now += afterMs;
          for (const one of [limit, plain]) one[what as 'failed' | 'succeeded'](user, address, now);
          for (const someone of ['alice', 'bob', 'eve'])
            for (const place of [home, '198.51.100.1', '192.0.2.200'])
              expect(limit.waitMs(someone, place, now)).toBe(plain.waitMs(someone, place, now));
        }
      }),
    );
  });

  it('knows a user who authenticates with every request, however many others come and go', () => {
    const limit = new GuessLimit({ maxCounts: 10, triesOfUser: 1 });
    let now = start;
    for (let i = 0; i < 1_000; i++) {
      now += 200;
      limit.succeeded('alice', home, now);
      if (i % 2 === 0) limit.succeeded(`user${i}`, home, now);
      limit.failed('alice', '198.51.100.1', now);
      expect(limit.waitMs('alice', '203.0.113.1', now)).toBeGreaterThan(0);
      expect(limit.waitMs('alice', home, now)).toBe(0);
    }
  });
});

/** The rules alone: nothing is left out because it is mostly not needed, and nothing is forgotten for want of room. */
class PlainLimit {
  readonly #counts = new Map<string, { wrong: number; until: number; keptUntil: number }>();
  readonly #known = new Set<string>();
  readonly #tries: readonly number[];

  constructor(rules: { triesOfUserAtAddress: number; triesOfAddress: number; triesOfUser: number }) {
    this.#tries = [rules.triesOfUserAtAddress, rules.triesOfAddress, rules.triesOfUser];
  }

  waitMs(user: string, address: string, now: number): number {
    const [ofPair = '', ...others] = this.#keys(user, address);
    const counted = this.#known.has(`${user} ${address}`) ? [ofPair] : [ofPair, ...others];
    return Math.max(0, ...counted.map((key) => (this.#counts.get(key)?.until ?? 0) - now));
  }

  failed(user: string, address: string, now: number): void {
    for (const [kind, key] of this.#keys(user, address).entries()) {
      const last = this.#counts.get(key);
      const wrong = last === undefined || last.keptUntil < now ? 1 : last.wrong + 1;
      const over = wrong - this.#tries[kind]!;
      const wait = over < 0 ? 0 : Math.min(300_000, 1_000 * 2 ** over);
      this.#counts.set(key, { wrong, until: now + wait, keptUntil: now + wait + 300_000 });
    }
  }

  succeeded(user: string, address: string): void {
    this.#counts.delete(`0 ${user} ${address}`);
    this.#known.add(`${user} ${address}`);
  }

  #keys(user: string, address: string): string[] {
    const keys = [`0 ${user} ${address}`, `1 ${address}`];
    return this.#known.has(`${user} ${address}`) ? keys : [...keys, `2 ${user}`];
  }
}
