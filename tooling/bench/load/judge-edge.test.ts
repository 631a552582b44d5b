import { createTestAuthority } from '@entente/testkit';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { type EdgeMeasurements, judgeEdge } from './judge-edge.ts';
import { partnersWith } from './pool-edge.ts';
import type { Measurement } from './run-load.ts';

function measurement(serverMicros: number | undefined, invalid: readonly string[] = []): Measurement {
  const report = { completed: 1, refused: {}, lost: 0, seconds: 1, generatorShare: 0.1, latencyMs: null };
  return { ...report, perSecond: 1, serverMicros, invalid };
}

function measurements(front: number, few: number, many: number): EdgeMeasurements {
  const rounds = (quiet: number) => [measurement(3 * quiet), measurement(quiet)];
  return {
    closed: { front: measurement(front), many: measurement(many) },
    rounds: { front: rounds(front), few: rounds(few), many: rounds(many) },
    rate: 1_000,
  };
}

function missed(found: EdgeMeasurements): number[] {
  return judgeEdge(found).results.flatMap(({ ok }, row) => (ok ? [] : [row]));
}

describe('front end and edge', () => {
  it('are compared by their quietest round', () => {
    const [first] = judgeEdge(measurements(70, 100, 100)).results;
    expect(first).toMatchObject({ value: 10_000, ratio: 0.7, ok: true });
  });

  it('miss the aims where the edge costs much more, or where the number of partners is felt, in either direction', () => {
    expect(missed(measurements(70, 100, 100))).toEqual([]);
    expect(missed(measurements(60, 100, 100))).toEqual([0]);
    expect(missed(measurements(90, 100, 110))).toEqual([1]);
    expect(missed(measurements(90, 110, 100))).toEqual([2]);
  });

  it('prove nothing where one run is invalid, or where the platform tells no processor time', () => {
    const found = measurements(70, 100, 100);
    const lost = { ...found, closed: { ...found.closed, many: measurement(100, ['3 were lost']) } };
    expect(judgeEdge(lost).invalid).toEqual(['3 were lost']);
    const untold = { ...found, closed: { ...found.closed, many: measurement(undefined) } };
    expect(judgeEdge(untold)).toMatchObject({ results: [] });
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
