import { describe, expect, it } from 'vitest';
import { GuessLimit, type GuessPlace } from './guess-limit.ts';

const start = 1_700_000_000_000;
const day = 86_400_000;
const [address, elsewhere] = ['192.0.2.1', '203.0.113.1'] as const;
const [web1, web2] = ['web1.contoso.example', 'web2.contoso.example'] as const;
/** Over SIP, and over each of two web services that name the same address. */
const sip: GuessPlace = { address };
const over1: GuessPlace = { address, over: web1 };
const over2: GuessPlace = { address, over: web2 };
const as = (username: string) => ({ username, realm: 'contoso.example' });
const alice = as('alice');

function failTimes(limit: GuessLimit, times: number, place: GuessPlace, user = alice, now = start): void {
  for (let time = 0; time < times; time++) limit.failed(user, place, now);
}

describe('wrong passwords over web services', () => {
  it('hold up who comes over the same ones from the same address, and no telephone there', () => {
    const limit = new GuessLimit();
    failTimes(limit, 20, over1);
    expect(limit.waitMs(alice, over1, start)).toBeGreaterThan(1_000);
    for (const place of [sip, over2, { address: elsewhere, over: web1 }])
      expect(limit.waitMs(alice, place, start)).toBe(0);
  });

  it('for many users hold up who is new there over the same ones, and no telephone that is new there', () => {
    const limit = new GuessLimit();
    for (let user = 0; user < 60; user++) limit.failed(as(`user${user}`), over1, start);
    expect(limit.waitMs(alice, over1, start)).toBeGreaterThan(1_000);
    for (const place of [sip, over2]) expect(limit.waitMs(alice, place, start)).toBe(0);
  });

  it.each([true, false])(
    'wait for those over SIP from the address; that the user has signed in there: %s',
    (isKnown) => {
      const limit = new GuessLimit();
      if (isKnown) limit.succeeded(alice, over1, start);
      failTimes(limit, 4, sip);
      expect(limit.waitMs(alice, over1, start)).toBe(0);
      failTimes(limit, 1, sip);
      expect([over1, over2].map((place) => limit.waitMs(alice, place, start))).toEqual([1_000, 1_000]);
      expect(limit.waitMs(alice, { address: elsewhere, over: web1 }, start)).toBe(0);
    },
  );

  it('for many users over SIP hold up who is new at the address over web services too', () => {
    const limit = new GuessLimit();
    for (let user = 0; user < 50; user++) limit.failed(as(`user${user}`), sip, start);
    expect(limit.waitMs(alice, over1, start)).toBe(1_000);
  });

  it('count for the user, whatever addresses are named, and also where the user has signed in', () => {
    const limit = new GuessLimit();
    limit.succeeded(alice, sip, start);
    limit.succeeded(alice, over1, start);
    for (let host = 0; host < 96; host++) failTimes(limit, 1, { address: `198.51.100.${host}`, over: web1 });
    failTimes(limit, 4, over1);
    expect(limit.waitMs(alice, { address: elsewhere }, start)).toBe(1_000);
    expect(limit.waitMs(alice, { address: elsewhere, over: web2 }, start)).toBe(1_000);
    expect(limit.waitMs(alice, sip, start), 'a telephone that is known').toBe(0);
  });

  it('from elsewhere hold a user up who has signed in only after five wrong ones there, whenever they were', () => {
    const limit = new GuessLimit();
    limit.succeeded(alice, over1, start);
    let now = start;
    const guessed = () => {
      // Of everybody: enough for the bound to hold at each time.
      for (let host = 0; host < 130; host++) limit.failed(alice, { address: `198.51.100.${host}` }, now);
      return limit.waitMs(alice, over1, now) === 0;
    };
    for (let wrong = 0; wrong < 5; wrong++) {
      now += day;
      expect(guessed(), `after ${wrong}`).toBe(true);
      limit.failed(alice, over1, now);
    }
    now += day;
    expect(guessed()).toBe(false);
    limit.succeeded(alice, over1, now);
    expect(guessed(), 'the right password gives them back').toBe(true);
  });

  it('are no faster together with those over SIP, from an address where the user has signed in over both', () => {
    // Four at once, and again when they are forgotten: where all of them count at one address, that is all there is.
    const alone = new GuessLimit();
    alone.succeeded(alice, sip, start);
    const both = new GuessLimit();
    for (const place of [sip, over1, over2]) both.succeeded(alice, place, start);
    const tried = { alone: 0, sip: 0, web: 0 };
    for (let now = start; now < start + day; now += 300_001) {
      for (let burst = 0; burst < 4; burst++) {
        if (alone.waitMs(alice, sip, now) === 0) {
          alone.failed(alice, sip, now);
          tried.alone++;
        }
        for (const place of [sip, over1, over2]) {
          if (both.waitMs(alice, place, now) > 0) continue;
          both.failed(alice, place, now);
          tried[place === sip ? 'sip' : 'web']++;
        }
      }
    }
    expect(tried.sip).toBe(tried.alone);
    // The bound of the user, which was there before, and five for each web services where the user has signed in.
    expect(tried.web).toBeLessThanOrEqual(100 + 288 + 2 * 5);
  });
});

describe('a connection of the user', () => {
  it('has three tries while the address waits, the user, or all at the address, and each of them counts', () => {
    const limit = new GuessLimit({ maxKnown: 1 });
    const own = { address, provenOn: {} };
    limit.succeeded(alice, { address }, start);
    limit.succeeded(as('bob'), { address: elsewhere }, start);
    failTimes(limit, 6, sip);
    for (let user = 0; user < 60; user++) limit.failed(as(`user${user}`), sip, start);
    for (let host = 0; host < 110; host++) failTimes(limit, 1, { address: `198.51.100.${host}` });
    const before = limit.waitMs(alice, sip, start);
    for (let wrong = 0; wrong < 3; wrong++) {
      expect(limit.waitMs(alice, own, start)).toBe(0);
      limit.failed(alice, own, start);
    }
    expect(limit.waitMs(alice, own, start)).toBe(limit.waitMs(alice, sip, start));
    expect(limit.waitMs(alice, sip, start)).toBeGreaterThanOrEqual(before);
    expect(limit.waitMs(alice, own, start + day), 'no time gives them back, and no wait lasts for ever').toBe(
      0,
    );
  });

  it('has those of each user by itself, and none of another connection', () => {
    const limit = new GuessLimit();
    const [one, other] = [{}, {}];
    failTimes(limit, 3, { address, provenOn: one });
    failTimes(limit, 2, sip);
    expect(limit.waitMs(alice, { address, provenOn: one }, start)).toBe(1_000);
    expect(limit.waitMs(alice, { address, provenOn: other }, start)).toBe(0);
    failTimes(limit, 5, sip, as('bob'));
    expect(limit.waitMs(as('bob'), { address, provenOn: one }, start)).toBe(0);
  });

  it('forgives nobody else at the address with the right password', () => {
    const limit = new GuessLimit();
    failTimes(limit, 4, sip);
    limit.succeeded(alice, { address, provenOn: {} }, start);
    failTimes(limit, 1, sip);
    expect(limit.waitMs(alice, sip, start)).toBe(1_000);
  });
});
