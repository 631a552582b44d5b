import { buildTopology, type MemberStanding, memberStandingFormat, type Topology } from '@entente/topology';
import { beforeEach, describe, expect, it } from 'vitest';
import { contoso } from '../../test/contoso.ts';
import { MemberStatuses } from './member-status.ts';

const start = Date.UTC(2026, 5, 1);

it('the authority has the problems of a server until it has none, or has not repeated them for three minutes', () => {
  const topology = buildTopology(contoso);
  const [edge = ''] = [...topology.servers.values()].flatMap(({ fqdn, role }) =>
    role === 'edge' ? [fqdn] : [],
  );
  let now = start;
  const standings = new MemberStatuses(
    () => topology,
    () => now,
  );
  const problems = [{ part: 'external-certificate', message: 'it ends soon', remedy: 'replace it' }];
  const reported = () =>
    standings.list().flatMap((one) => (one.problems.length > 0 ? [[one.server, one.problems]] : []));
  standings.recordProblems(edge, problems);
  standings.recordProblems('elsewhere.contoso.example', problems);
  expect(reported()).toEqual([[edge, problems]]);
  standings.recordProblems(edge, []);
  expect(reported()).toEqual([]);
  standings.recordProblems(edge, problems);
  now += 3 * 60_000;
  expect(reported()).toHaveLength(1);
  now++;
  expect(reported()).toEqual([]);
});

describe('what members say of themselves', () => {
  let now: number;
  let topology: Topology | undefined;
  let standings: MemberStatuses;
  const standing = (formats: readonly string[]): MemberStanding => ({
    format: memberStandingFormat,
    topology: 1,
    state: 5,
    lists: [],
    certificateEnd: '2026-06-08T00:00:00.000Z',
    formats,
  });
  beforeEach(() => {
    now = start;
    topology = buildTopology(contoso);
    standings = new MemberStatuses(
      () => topology,
      () => now,
    );
  });

  it('is kept for servers of the topology, with the time, and forgotten with them', () => {
    now = start + 60_000;
    standings.record('fe01.contoso.example', standing([]));
    standings.record('stranger.contoso.example', standing([]));
    const seen = () => standings.list().filter(({ lastSeen }) => lastSeen !== null);
    expect(standings.list().map(({ server }) => server)).toEqual([...(topology?.servers.keys() ?? [])]);
    expect(seen()).toMatchObject([{ server: 'fe01.contoso.example', lastSeen: '2026-06-01T00:01:00.000Z' }]);
    const before = topology;
    topology = buildTopology({ ...contoso, servers: contoso.servers.slice(0, 1) });
    standings.record('ca.contoso.example', standing([]));
    topology = before;
    expect(seen().map(({ server }) => server)).toEqual(['ca.contoso.example']);
  });

  it('leaves nobody behind with the format that is in force, and with another one all who have not said that they read it', () => {
    const behind = (format: string) => standings.notReading(format, 'ca.contoso.example');
    expect(behind('entente-topology/1')).toEqual([]);
    const others = ['fe01.contoso.example', 'edge01.contoso.example', 'edge02.contoso.example'];
    expect(behind('entente-topology/2')).toEqual(others);
    standings.record('fe01.contoso.example', standing(['entente-topology/1', 'entente-topology/2']));
    standings.record('edge01.contoso.example', standing(['entente-topology/1']));
    expect(behind('entente-topology/2')).toEqual(others.slice(1));
    topology = undefined;
    expect(behind('entente-topology/2'), 'before the first topology there is nobody').toEqual([]);
  });
});
