import { type MemberStanding, memberStandingFormat } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { rolledBackProbe } from './rolled-back-probe.ts';

const issuer = 'ab'.repeat(8);
const said = (changes: Partial<MemberStanding> = {}): MemberStanding => ({
  format: memberStandingFormat,
  topology: 1,
  state: 1,
  lists: [{ issuer, shard: 0, number: 30 }],
  certificateEnd: '2026-06-01T00:00:00.000Z',
  formats: [],
  ...changes,
});
const newer = said({ lists: [{ issuer, shard: 0, number: 31 }] });

/** What the health says where servers say this; null: nothing yet. */
const problem = (...standings: readonly (MemberStanding | null)[]) =>
  rolledBackProbe({
    lists: () => [{ issuer, shard: 0, number: 30 }],
    standings: {
      list: () =>
        standings.map((standing, at) => ({
          server: `fe${at + 1}.contoso.example`,
          role: 'front-end',
          lastSeen: null,
          standing,
          problems: [],
        })),
    },
  })();

describe('an authority of which servers know more than itself', () => {
  it('is not well where two servers have newer lists, or the only one that says anything', () => {
    expect(problem(newer, said(), newer)).toMatchObject({
      part: 'revocation-list',
      message: expect.stringContaining('2 of 3'),
      remedy: expect.stringContaining('the file revocation.crl of fe1.contoso.example'),
    });
    expect(problem(null, newer)?.message).toContain('fe2.contoso.example');
  });

  it('is not well where servers refuse its states, because they remember other ones', () => {
    for (const refused of ['list-refused', 'forked', 'replayed'])
      expect(problem(said({ refused }), newer)?.message).toContain('2 of 2');
  });

  it('is well where one of several servers says so: that is not proven', () => {
    expect(problem(newer, said(), said())).toBeUndefined();
    expect(problem(said({ refused: 'forked' }), said())).toBeUndefined();
  });

  it('is well where servers are up to date, behind, have lists of others, or a wrong clock', () => {
    expect(problem()).toBeUndefined();
    expect(problem(null, null)).toBeUndefined();
    const behind = said({ lists: [{ issuer, shard: 0, number: 29 }] });
    const others = said({ lists: [{ issuer: 'cd'.repeat(8), shard: 0, number: 99 }] });
    const otherShard = said({ lists: [{ issuer, shard: 1, number: 99 }] });
    const stale = said({ refused: 'stale' });
    for (const standing of [said(), behind, others, otherShard, stale])
      expect(problem(standing, standing)).toBeUndefined();
  });
});
