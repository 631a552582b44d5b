import { randomBytes } from 'node:crypto';
import { createSealing, GuessLimit, singleEpoch } from '@entente/sip-proxy';
import { ofAnotherRealm } from '@entente/testkit/realm';
import { describe, expect, it } from 'vitest';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;

describe('the bounds on guesses', () => {
  it.each([
    [{ triesOfUsers: 3 }, 'options of GuessLimit'],
    [{ triesOfUser: '3' }, 'triesOfUser of GuessLimit'],
    [{ triesOfAddress: Number.NaN }, 'triesOfAddress of GuessLimit'],
    [{ firstWaitMs: null }, 'firstWaitMs of GuessLimit'],
    [null, 'options of GuessLimit'],
    [7, 'options of GuessLimit'],
  ])('are not %o', (rules, place) => {
    expect(() => new GuessLimit(given(rules))).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place }),
    );
  });

  it('are the default ones where they are undefined: nothing turns them off', () => {
    const limit = new GuessLimit(given({ triesOfUserAtAddress: undefined, firstWaitMs: undefined }));
    const alice = { username: 'alice', realm: 'contoso.example' };
    const place = { address: '192.0.2.1' };
    for (let guess = 0; guess < 6; guess++) limit.failed(alice, place, 0, given(true));
    expect(limit.waitMs(alice, place, 0)).toBeGreaterThan(0);
  });
});

describe('a sealing', () => {
  it('has no key of letters, and none that is too short or left out', () => {
    for (const key of ['x'.repeat(32), new Array(32).fill(1), undefined, null, new Uint8Array(31)])
      expect(() => createSealing(singleEpoch(given(key)), randomBytes)).toThrow(
        expect.objectContaining({ code: 'SIP_PROXY_TOKEN' }),
      );
  });

  it('takes octets of another realm for its key', () => {
    const key = randomBytes(32);
    const sealing = createSealing(singleEpoch(ofAnotherRealm(key)), (bytes) =>
      ofAnotherRealm(randomBytes(bytes)),
    );
    const here = createSealing(singleEpoch(key), randomBytes);
    expect(here.open('path', sealing.seal('path', ['one.contoso.example'])!)).toEqual([
      'one.contoso.example',
    ]);
  });
});
