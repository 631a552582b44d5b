import { createTestLog } from '@entente/testkit';
import { buildTopology, type MemberStanding, memberStandingFormat, type Topology } from '@entente/topology';
import { beforeEach, describe, expect, it } from 'vitest';
import { contoso } from '../../test/contoso.ts';
import type { PublishedList } from '../trust-state/published-lists.ts';
import { AuthorityBehindWatch } from './authority-behind-watch.ts';

const issuer = 'ab'.repeat(8);
const standing = (topology: number, list = 0): MemberStanding => ({
  format: memberStandingFormat,
  topology,
  state: 1,
  lists: [{ issuer, shard: 0, number: list }],
  certificateEnd: '2026-06-01T00:00:00.000Z',
  formats: [],
});

/** An authority that was restored: its topology has version 3, and its list number 30. */
describe('an authority that went back', () => {
  let lines: string[];
  let watch: AuthorityBehindWatch;
  beforeEach(() => {
    lines = [];
    watch = new AuthorityBehindWatch({
      topology: () => ({ document: { version: 3 } }) as Topology,
      lists: () => [{ issuer, shard: 0, number: 30 } as PublishedList],
      isRoot: () => false,
      log: createTestLog(({ fields }) => {
        const { event, number, peer, version } = fields as Record<string, unknown>;
        lines.push(`${event} ${peer} ${version ?? number}`);
      }),
    });
  });

  it('hears of it once, however many servers say the same', () => {
    for (const server of ['fe1', 'fe2', 'fe3', 'fe1']) watch.look(server, standing(5, 50));
    expect(lines).toEqual(['topology-behind fe1 5', 'list-behind fe1 50']);
  });

  it('hears of it also after one server has said a number that is not true', () => {
    watch.look('fe1', standing(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
    lines.length = 0;
    watch.look('fe2', standing(5, 50));
    expect(lines).toEqual(['topology-behind fe2 5', 'list-behind fe2 50']);
  });

  it('hears of it from each server once, so that none fills the log', () => {
    for (let number = 31; number < 100; number++) watch.look('fe1', standing(number, number));
    expect(lines).toHaveLength(2);
  });
});

describe('an authority that is behind its members', () => {
  const root = 'cd'.repeat(8);

  it('says so once for each newer version and list, and what to do', () => {
    const lines: object[] = [];
    const log = createTestLog(({ fields, level }) => lines.push({ level, ...fields }));
    const list = (id: string) => ({
      issuer: id,
      shard: 0,
      number: 5,
      sha256: '',
      bytes: 0,
      der: new Uint8Array(),
    });
    const watch = new AuthorityBehindWatch({
      topology: () => buildTopology(contoso),
      lists: () => [list(root), list(issuer)],
      isRoot: (one) => one === root,
      log,
    });
    const report = (changes: Partial<MemberStanding>) =>
      watch.look('fe01.contoso.example', { ...standing(1), lists: [], ...changes });
    report({ lists: [{ issuer: root, shard: 0, number: 5 }] });
    expect(lines).toEqual([]);
    report({ topology: 3 });
    report({ topology: 3 });
    report({ topology: 2 });
    report({
      lists: [
        { issuer: root, shard: 0, number: 6 },
        { issuer, shard: 0, number: 9 },
      ],
    });
    expect(lines).toMatchObject([
      {
        level: 'error',
        event: 'topology-behind',
        version: 3,
        remedy: expect.stringContaining('topology.v2.json'),
      },
      { event: 'list-behind', issuer: root, number: 6, remedy: expect.stringContaining('ca root accept') },
      { event: 'list-behind', issuer, number: 9, remedy: expect.stringContaining('ca restore') },
    ]);
  });
});
