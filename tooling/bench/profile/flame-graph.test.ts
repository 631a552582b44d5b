import { describe, expect, it } from 'vitest';
import { shortBench } from '../testing/measurement.ts';
import { flameGraph } from './flame-graph.ts';
import { flameTree } from './flame-tree.ts';
import type { CpuProfile } from './read-profile.ts';
import { pageOf } from './write-profile.ts';

const bundle = [
  '// packages/sip/src/message/edit.ts',
  'first',
  '// packages/tls/src/serve.ts',
  'second',
].join('\n');
const node = (id: number, functionName: string, lineNumber: number, children: readonly number[] = []) => ({
  id,
  callFrame: { functionName, url: functionName.startsWith('(') ? '' : 'file:///script.js', lineNumber },
  children,
});
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', 0, [2, 3, 6]),
    node(2, '(idle)', 0),
    node(3, 'serve', 3, [4, 5]),
    node(4, 'toMessage', 1),
    node(5, 'read<Head>', 1),
    node(6, 'serve', 3, [7]),
    node(7, 'toMessage', 1),
  ],
  startTime: 0,
  endTime: 20_000,
  samples: [3, 4, 2, 3, 4, 7, 5],
  timeDeltas: [9_000, 1_000, 1_000, 2_000, 5_000, 2_500, 500],
};

describe('a flame graph', () => {
  const tree = flameTree(profile, bundle, { lastMs: 10, leastShare: 0.06 });

  it('counts what a function called as its own, waiting left out, and only the end of the profile', () => {
    expect(tree.share).toBe(1);
    expect(tree.children).toMatchObject([{ name: 'serve', part: 'tls/serve.ts', share: 1 }]);
  });

  it('puts together what the same function called, and leaves out what is small', () => {
    const [serve] = tree.children;
    // 11 ms of work count: 8.5 by way of either node, and half a millisecond that is below the least share.
    expect(serve?.children.map(({ name }) => name)).toEqual(['toMessage']);
    expect(serve?.children[0]?.share).toBeCloseTo(8.5 / 11);
  });

  it('is drawn as wide as its share, with what it took as its title, and nothing in a name is markup', () => {
    const svg = flameGraph(flameTree(profile, bundle, { lastMs: 10, leastShare: 0 }), 22, 'a & b');
    expect(svg).toContain('<title>toMessage · sip/message: 17.0 µs, 77.3 %</title>');
    expect(svg).toContain('class="sip" x="0"');
    expect(svg).toContain('a &amp; b');
    expect(svg).not.toContain('<Head>');
    expect(svg.match(/<g>/g)).toHaveLength(svg.match(/<\/g>/g)?.length ?? 0);
  });

  it('stands on a page with the tables of both, a part that the bare relay lacks marked', () => {
    const against = { what: 'bare relay', value: 20 };
    const bench = shortBench();
    const parts = [bench.figure('all', 40, 'µs', { against }), bench.figure('sip/message', 7.25, 'µs')];
    const calls = [bench.figure('a call', 190, 'µs', { against: { ...against, value: 64 } })];
    const page = pageOf(parts, calls, 'X');
    expect(page).toMatch(/^\| all +\| 40\.0 +\| 20\.0 +\|$/m);
    expect(page).toMatch(/^\| sip\/message +\| 7\.3 +\| – +\|$/m);
    expect(page.slice(page.indexOf('## Calls'))).toMatch(/^\| a call +\| 190\.0 +\| 64\.0 +\|$/m);
  });
});
