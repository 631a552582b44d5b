import { createTestAuthority } from '@entente/testkit';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { judgedBy, measurement } from '../testing/measurement.ts';
import { judgeEdge, type Rounds } from './judge-edge.ts';
import { partnersWith } from './pool-edge.ts';

function roundsOf(front: number, few: number, many: number): Rounds {
  const two = (quiet: number) => [measurement(3 * quiet), measurement(quiet)];
  return { front: two(front), few: two(few), many: two(many) };
}

const judged = (rounds: Rounds) => judgedBy((bench) => judgeEdge(bench, rounds));
const missed = (rounds: Rounds) => judged(rounds).results.flatMap(({ ok }, row) => (ok ? [] : [row]));

describe('front end and edge', () => {
  it('are compared by their quietest round', () => {
    const [first] = judged(roundsOf(70, 100, 100)).results;
    expect(first).toMatchObject({ value: 10_000, ratio: 0.7, ok: true });
  });

  it('miss the aims where the edge costs much more, or where the number of partners is felt, in either direction', () => {
    expect(missed(roundsOf(70, 100, 100))).toEqual([]);
    expect(missed(roundsOf(60, 100, 100))).toEqual([0]);
    expect(missed(roundsOf(90, 100, 110))).toEqual([1]);
    expect(missed(roundsOf(90, 110, 100))).toEqual([2]);
  });

  it('prove nothing where one run is invalid, or where the platform tells no processor time', () => {
    const rounds = roundsOf(70, 100, 100);
    const many = [...rounds.many, measurement(100, ['3 were lost'])];
    expect(judged({ ...rounds, many }).invalid).toEqual(['3 were lost']);
    const few = [...rounds.few, measurement(100, [], ['the generator was full'])];
    expect(judged({ ...rounds, few })).toMatchObject({ invalid: [], disturbed: ['the generator was full'] });
    const untold = [...rounds.many, measurement(undefined)];
    expect(judged({ ...rounds, many: untold }).results[0]?.value).toBeNaN();
  });
});

describe('the partners of the edge', () => {
  it('are as many as asked for, and the one that calls is the last', async () => {
    const decoded = decodePemCertificates((await createTestAuthority('Root')).certificatePem);
    if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no root');
    for (const count of [1, 10, 10_000]) {
      const partners = partnersWith(count, decoded.value[0].der);
      expect(new Set(partners.map(({ id }) => id)).size).toBe(count);
      expect(partners.at(-1)).toMatchObject({ id: 'fabrikam', anchors: [{ name: 'root' }] });
    }
  });
});
