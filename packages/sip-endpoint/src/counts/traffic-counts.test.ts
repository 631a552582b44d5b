import { describe, expect, it } from 'vitest';
import { countedMethods, TrafficCounts } from './traffic-counts.ts';

describe('what an endpoint counts', () => {
  it('has a place for each method of the RFCs, and one for all that peers make up', () => {
    const counts = new TrafficCounts();
    for (const method of ['INVITE', 'invite', '__proto__', 'X'.repeat(30)]) counts.request(method);
    const counted = countedMethods.filter((_, place) => counts.requests[place] !== 0);
    expect(counted).toEqual(['INVITE', 'other']);
    expect(counts.requests).toHaveLength(countedMethods.length);
    expect(counts.requests.at(-1)).toBe(3);
  });

  it('has answers by the first digit of their status', () => {
    const counts = new TrafficCounts();
    for (const status of [200, 202, 404, 503, 699]) counts.answer(status);
    expect(counts.answers).toEqual([0, 0, 2, 0, 1, 1, 1]);
  });
});
