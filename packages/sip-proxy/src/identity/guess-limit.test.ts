import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuessedUser, GuessLimit, type GuessPlace } from './guess-limit.ts';

const start = 1_700_000_000_000;
const home = '192.0.2.1';
/** Users of one realm, unless a test says another one. */
const as = (username: string, realm = 'contoso.example') => ({ username, realm });
/** Where a client is that comes over SIP. */
const at = (address: string) => ({ address });

function failTimes(limit: GuessLimit, times: number, user: string, address: string, now = start): void {
  for (let time = 0; time < times; time++) limit.failed(as(user), at(address), now);
}

describe('guessing passwords', () => {
  it('is free for four tries of a user at an address, then waits a second, twice as long each time, five minutes at most', () => {
    const limit = new GuessLimit();
    failTimes(limit, 4, 'alice', home);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(0);
    const waits = Array.from({ length: 12 }, () => {
      limit.failed(as('alice'), at(home), start);
      return limit.waitMs(as('alice'), at(home), start);
    });
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(300_000);
  });

  it('begins again where nothing was tried for long enough after the wait', () => {
    const limit = new GuessLimit();
    failTimes(limit, 5, 'alice', home);
    const later = start + 1_000 + 300_000 + 1;
    limit.failed(as('alice'), at(home), later);
    expect(limit.waitMs(as('alice'), at(home), later)).toBe(0);
  });

  it('is forgiven once the password was right', () => {
    const limit = new GuessLimit();
    failTimes(limit, 4, 'alice', home);
    limit.succeeded(as('alice'), at(home), start);
    failTimes(limit, 4, 'alice', home);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(0);
  });

  it('of many users from one address is limited too', () => {
    const limit = new GuessLimit();
    for (let user = 0; user < 50; user++) limit.failed(as(`user${user}`), at(home), start);
    expect(limit.waitMs(as('another'), at(home), start)).toBe(1_000);
    expect(limit.waitMs(as('another'), at('192.0.2.2'), start)).toBe(0);
  });

  it('of one user from many addresses is limited, and does not hold the user up who has authenticated before', () => {
    const limit = new GuessLimit();
    limit.succeeded(as('alice'), at(home), start);
    for (let host = 0; host < 100; host++) limit.failed(as('alice'), at(`198.51.100.${host}`), start);
    expect(limit.waitMs(as('alice'), at('203.0.113.1'), start)).toBe(1_000);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(0);
  });

  it('for others, from an address that many share, does not hold the user up who has authenticated there', () => {
    const limit = new GuessLimit();
    limit.succeeded(as('alice'), at(home), start);
    for (let user = 0; user < 60; user++) limit.failed(as(`user${user}`), at(home), start);
    expect(limit.waitMs(as('bob'), at(home), start)).toBeGreaterThan(1_000);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(0);
    failTimes(limit, 5, 'alice', home);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(1_000);
  });

  it('is counted for each realm by itself: a password that is right in one says nothing of the other', () => {
    const limit = new GuessLimit();
    for (let time = 0; time < 3; time++) {
      failTimes(limit, 4, 'info', home);
      limit.succeeded(as('info', 'fabrikam.example'), at(home), start);
    }
    expect(limit.waitMs(as('info'), at(home), start)).toBeGreaterThan(1_000);
    expect(limit.waitMs(as('info', 'fabrikam.example'), at(home), start)).toBe(0);
  });

  it('of names that are made up lets nobody be forgotten for whom somebody waits', () => {
    const limit = new GuessLimit({ maxCounts: 100, triesOfUser: 10, triesOfUserAtAddress: 5 });
    for (let host = 0; host < 10; host++) limit.failed(as('alice'), at(`198.51.100.${host}`), start);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(1_000);
    for (let i = 0; i < 1_000; i++) limit.failed(as(`nobody${i}`), at(`203.0.113.${i % 250}`), start);
    expect(limit.waitMs(as('alice'), at(home), start)).toBe(1_000);
    const few = new GuessLimit({ maxCounts: 2, triesOfUser: 1 });
    for (let i = 0; i < 3; i++) few.failed(as(`user${i}`), at(`203.0.113.${i}`), start);
    const waits = [0, 1, 2].filter((i) => few.waitMs(as(`user${i}`), at(home), start) > 0);
    expect(waits, 'and where somebody waits for each, one is forgotten all the same').toHaveLength(2);
  });

  it.each([true, false])(
    'of one user goes no faster where the guesses pause before the bound is reached; that there is such a user: %s',
    (isUser) => {
      const limit = new GuessLimit();
      let tried = 0;
      // From a new address each time, for a day: whenever nobody has to wait.
      for (let now = start; now < start + 86_400_000; now += 300_001) {
        for (let burst = 0; burst < 99 && limit.waitMs(as('alice'), at(`a${tried}`), now) === 0; burst++)
          limit.failed(as('alice'), at(`a${tried++}`), now, isUser);
      }
      // A hundred at once, and then one in five minutes.
      expect(tried).toBeLessThanOrEqual(100 + 288);
      expect(tried).toBeGreaterThan(288);
    },
  );

  it('of one user is counted on, however many names are invented meanwhile', () => {
    const limit = new GuessLimit({ maxCounts: 10 });
    for (let host = 0; host < 99; host++) {
      limit.failed(as('alice'), at(`198.51.100.${host}`), start);
      for (let i = 0; i < 20; i++) limit.failed(as(`nobody${i}`), at(`203.0.113.${host}`), start, false);
    }
    limit.failed(as('alice'), at('198.51.100.99'), start);
    expect(limit.waitMs(as('alice'), at('192.0.2.9'), start)).toBe(1_000);
  });

  it('keeps as many counts as it may, and drops the oldest', () => {
    const limit = new GuessLimit({ maxCounts: 2, triesOfUserAtAddress: 1 });
    limit.failed(as('alice'), at(home), start);
    limit.failed(as('bob'), at(home), start);
    limit.failed(as('carol'), at(home), start);
    expect(limit.waitMs(as('alice'), at('192.0.2.9'), start)).toBe(0);
    expect(['alice', 'bob', 'carol'].map((user) => limit.waitMs(as(user), at(home), start) > 0)).toEqual([
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
          for (const one of [limit, plain]) one[what as 'failed' | 'succeeded'](as(user), at(address), now);
          for (const someone of ['alice', 'bob', 'eve'])
            for (const place of [home, '198.51.100.1', '192.0.2.200'])
              expect(limit.waitMs(as(someone), at(place), now)).toBe(
                plain.waitMs(as(someone), at(place), now),
              );
        }
      }),
    );
  });

  it('knows a user who authenticates with every request, however many others come and go', () => {
    const limit = new GuessLimit({ maxCounts: 10, maxKnown: 10, triesOfUser: 1 });
    let now = start;
    for (let i = 0; i < 1_000; i++) {
      now += 200;
      limit.succeeded(as('alice'), at(home), now);
      if (i % 2 === 0) limit.succeeded(as(`user${i}`), at(home), now);
      limit.failed(as('alice'), at('198.51.100.1'), now);
      expect(limit.waitMs(as('alice'), at('203.0.113.1'), now)).toBeGreaterThan(0);
      expect(limit.waitMs(as('alice'), at(home), now)).toBe(0);
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

  waitMs({ username: user }: GuessedUser, { address }: GuessPlace, now: number): number {
    const [ofPair = '', ...others] = this.#keys(user, address);
    const counted = this.#known.has(`${user} ${address}`) ? [ofPair] : [ofPair, ...others];
    return Math.max(0, ...counted.map((key) => (this.#counts.get(key)?.until ?? 0) - now));
  }

  failed({ username: user }: GuessedUser, { address }: GuessPlace, now: number): void {
    for (const [kind, key] of this.#keys(user, address).entries()) {
      const last = this.#counts.get(key);
      const isOfUser = kind === 2;
      const idleMs = Math.max(0, now - (last?.until ?? now));
      const before = isOfUser ? Math.max(0, (last?.wrong ?? 0) - idleMs / 300_000) : (last?.wrong ?? 0);
      const isOver = !isOfUser && last !== undefined && last.keptUntil < now;
      const wrong = isOver ? 1 : Math.min(before + 1, this.#tries[kind]! + 30);
      const over = Math.floor(wrong - this.#tries[kind]!);
      const wait = over < 0 ? 0 : Math.min(300_000, 1_000 * 2 ** over);
      this.#counts.set(key, { wrong, until: now + wait, keptUntil: now + wait + 300_000 });
    }
  }

  succeeded({ username: user }: GuessedUser, { address }: GuessPlace): void {
    this.#counts.delete(`0 ${user} ${address}`);
    this.#known.add(`${user} ${address}`);
  }

  #keys(user: string, address: string): string[] {
    const keys = [`0 ${user} ${address}`, `1 ${address}`];
    return this.#known.has(`${user} ${address}`) ? keys : [...keys, `2 ${user}`];
  }
}
