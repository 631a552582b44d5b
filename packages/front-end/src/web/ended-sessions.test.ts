import { describe, expect, it } from 'vitest';
import { EndedSessions } from './ended-sessions.ts';

const [alice, bob, carol] = ['alice@contoso.example', 'bob@contoso.example', 'carol@contoso.example'];
const bounds = { ofUser: 3, inAll: 5 };
const lastsMs = 1_000;

/** Ends sessions of a user, each at its time. */
function end(
  ended: EndedSessions,
  user: string,
  ...sessions: readonly (readonly [name: string, at: number])[]
) {
  for (const [name, at] of sessions) ended.add(user, name, at, at + lastsMs);
}

describe('ended sessions', () => {
  it('are those of a user that were ended, and no other', () => {
    const ended = new EndedSessions(bounds);
    end(ended, alice, ['one', 10]);
    expect(ended.has(alice, 'one', 5)).toBe(true);
    expect(ended.has(alice, 'two', 5)).toBe(false);
    expect(ended.has(bob, 'one', 5)).toBe(false);
  });

  it('of one user cost nobody else a session: where they are too many, all of that user’s until then have ended', () => {
    const ended = new EndedSessions(bounds);
    end(ended, bob, ['b', 10]);
    end(ended, alice, ['one', 10], ['two', 11], ['three', 12], ['four', 13]);
    for (const name of ['one', 'two', 'three', 'four', 'never ended'])
      expect(ended.has(alice, name, 13), name).toBe(true);
    expect(ended.has(alice, 'begun later', 14)).toBe(false);
    expect(ended.has(bob, 'another', 5)).toBe(false);
    expect(ended.has(carol, 'another', 5)).toBe(false);
  });

  it('that are more in all than are remembered end the sessions of everybody until then: none that was ended opens again', () => {
    const ended = new EndedSessions(bounds);
    end(ended, alice, ['one', 10], ['two', 11], ['two', 11]);
    end(ended, bob, ['one', 12], ['two', 13], ['three', 14]);
    expect(ended.has(alice, 'never ended', 9)).toBe(false);
    end(ended, carol, ['one', 15]);
    for (const user of [alice, bob, carol]) expect(ended.has(user, 'one', 9)).toBe(true);
    expect(ended.has(alice, 'begun later', 16)).toBe(false);
  });

  it('are forgotten once their last token is void anyway', () => {
    const ended = new EndedSessions(bounds);
    end(ended, alice, ['one', 0]);
    end(ended, bob, ['two', lastsMs]);
    expect(ended.has(alice, 'one', 0)).toBe(false);
    expect(ended.has(bob, 'two', 0)).toBe(true);
  });
});
