import { contoso } from '@entente/testkit/topology';
import { buildTopology } from '@entente/topology';
import { expect, it } from 'vitest';
import { MemberStandings } from './member-standings.ts';

it('the authority has the problems of a server until it has none, or has not repeated them for three minutes', () => {
  const topology = buildTopology(contoso);
  const [edge = ''] = [...topology.servers.values()].flatMap(({ fqdn, role }) =>
    role === 'edge' ? [fqdn] : [],
  );
  let now = Date.parse('2026-06-01T00:00:00Z');
  const standings = new MemberStandings(
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
