import { contoso } from '@entente/testkit/topology';
import {
  buildTopology,
  formatPushAnswer,
  isCarried,
  maxPushedRequests,
  mayAskAuthority,
  type PushAnswer,
  type PushedRequest,
  parsePushAnswer,
  pushAnswerFormat,
  pushTargets,
  type TopologyDocument,
  takesPushes,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';

const named = (role: string) => contoso.servers.find((server) => server.role === role)?.fqdn ?? '';
const edge = named('edge');
const authority = named('authority');

function topologyWith(changes: Partial<TopologyDocument> = {}) {
  const topology = buildTopology({ ...contoso, ...changes });
  const server = topology.servers.get(edge);
  if (server === undefined) throw new Error('the sample has no edge');
  return {
    targets: pushTargets(topology, authority).map(({ fqdn }) => fqdn),
    taken: takesPushes(topology, server)?.ports.push,
    asks: mayAskAuthority(topology, edge),
    topology,
  };
}

describe('the port "push"', () => {
  it('is that of every edge, 4443 unless the topology says otherwise, and authorities push there', () => {
    const { asks, taken, targets } = topologyWith();
    expect(targets).toContain(edge);
    expect(taken).toBe(4443);
    expect(asks).toBe(true);
    const servers = contoso.servers.map((server) =>
      server.fqdn === edge
        ? { ...server, interfaces: { ...server.interfaces, internal: { ports: { push: 14_443 } } } }
        : server,
    );
    expect(topologyWith({ servers }).taken).toBe(14_443);
  });

  it('is of no other role, and nobody but an authority pushes', () => {
    const { targets, topology } = topologyWith();
    for (const fqdn of targets) expect(topology.servers.get(fqdn)?.role).toBe('edge');
    for (const server of topology.servers.values()) {
      if (server.role !== 'edge') expect(takesPushes(topology, server), server.fqdn).toBeUndefined();
      if (server.role !== 'authority') expect(pushTargets(topology, server.fqdn), server.fqdn).toEqual([]);
    }
  });

  it('is closed where the topology closes row 16 for the edge, and an authority for which it is closed pushes no more', () => {
    for (const links of [
      [{ row: 16, closed: true as const }],
      [{ row: 16, b: [edge], closed: true as const }],
    ]) {
      const { taken, targets } = topologyWith({ links });
      expect(targets).not.toContain(edge);
      expect(taken).toBeUndefined();
    }
    const byOthers = topologyWith({ links: [{ row: 16, a: [authority], closed: true }] });
    expect(byOthers.targets).toEqual([]);
  });

  it('is the only way to the authority where row 15 is closed for the edge', () => {
    const { asks, targets } = topologyWith({ links: [{ row: 15, a: [edge], closed: true }] });
    expect(asks).toBe(false);
    expect(targets).toContain(edge);
  });

  it('changes nothing for a server that the topology does not list: the authority says why it gets nothing', () => {
    expect(mayAskAuthority(buildTopology(contoso), 'gone.contoso.example')).toBe(true);
  });
});

describe('the answer to a push', () => {
  const request: PushedRequest = {
    id: '0123456789abcdef0123456789abcdef',
    method: 'GET',
    path: '/lists/0123456789abcdef/0',
    headers: { 'if-none-match': '"aa"' },
  };
  const answer: PushAnswer = { format: pushAnswerFormat, holds: 7, isDone: false, requests: [request] };
  const withRequest = (changes: object) =>
    JSON.stringify({ ...answer, requests: [{ ...request, ...changes }] });

  it('is read as it was written', () => {
    expect(parsePushAnswer(formatPushAnswer(answer))).toEqual(answer);
  });

  it.each([
    ['another format', JSON.stringify({ ...answer, format: 'entente-push/2' })],
    ['a field more', JSON.stringify({ ...answer, token: 'x' })],
    ['a header that is not carried', withRequest({ headers: { authorization: 'Bearer x' } })],
    ['a body that is not base64', withRequest({ method: 'POST', path: '/standing', body: '%' })],
    ['a short id', withRequest({ id: '7' })],
    [
      'too many requests',
      JSON.stringify({ ...answer, requests: Array(maxPushedRequests + 1).fill(request) }),
    ],
    ['no JSON', '<html>'],
    ['too much', `${JSON.stringify(answer)}${' '.repeat(1_048_576)}`],
  ])('is refused with %s', (_, text) => {
    expect(parsePushAnswer(text)).toBeUndefined();
  });

  it.each([
    ['GET', '/events'],
    ['GET', '/members'],
    ['GET', '/audit?limit=1'],
    ['POST', '/topology'],
    ['POST', '/revoke'],
    ['POST', '/join-tokens'],
    ['POST', '/state'],
    ['GET', '/lists/../domain-keys'],
    ['POST', '/enrol?interface=external&x=1'],
    ['GET', '//evil.example/state'],
  ])('carries what members ask for, and not %s %s', (method, path) => {
    expect(isCarried(method, path)).toBe(false);
    expect(parsePushAnswer(withRequest({ method, path, headers: {} }))).toBeUndefined();
  });
});
