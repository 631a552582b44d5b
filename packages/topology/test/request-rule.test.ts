import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { links, mayRequest, requestRule } from '../src/index.ts';

const from = { party: 'internal-client' } as const;
const to = { fqdn: sampleFrontEnd.fqdn };
const { row } = links.clientToFrontEnd;
const open = sampleTopology({ servers: [sampleFrontEnd, sampleEdge] });
const closed = sampleTopology({ servers: [sampleFrontEnd, sampleEdge], links: [{ row, closed: true }] });

describe('a rule for requests between two ends', () => {
  it('says what the matrix says, after each change of topology and row', () => {
    const rule = requestRule(from, to);
    for (const [topology, asked] of [
      [open, row],
      [open, row],
      [closed, row],
      [open, row],
      [open, links.clientToEdge.row],
      [open, row],
    ] as const)
      expect(rule(topology, asked)).toEqual(mayRequest(topology, from, to, asked));
    expect([rule(open, row).ok, rule(closed, row).ok]).toEqual([true, false]);
  });
});
