import { placed } from '@entente/testkit/topology';
import { buildTopology } from '@entente/topology';
import {
  certificatePlan,
  dnsPlan,
  drawMermaid,
  drawSvg,
  firewallPlan,
  judgeLink,
  linkMatrix,
  linksOf,
  type ProxyPlan,
  parseTopology,
  planRotation,
  proxyConfiguration,
  proxyPlan,
  rehearse,
  zoneFile,
} from '@entente/topology-planning';
import { describe, expect, it } from 'vitest';

const topology = buildTopology(placed);
/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;
const bad = (place: string) => expect.objectContaining({ code: 'ENTENTE_TOPOLOGY_BAD_ARGUMENT', place });

describe('a plan', () => {
  it.each([certificatePlan, dnsPlan, drawMermaid, drawSvg, firewallPlan, linkMatrix, linksOf, proxyPlan])(
    'is made of a built topology, not of a document: $name',
    (plan) => {
      for (const other of [undefined, null, 'text', 7, [], {}, placed, buildTopology])
        expect(() => plan(given(other))).toThrow(bad(`topology of ${plan.name}`));
    },
  );

  it('is made of nothing that is left out or of another kind', () => {
    expect(() => zoneFile(given(undefined))).toThrow(bad('records of zoneFile'));
    expect(() => parseTopology(given(undefined))).toThrow(bad('text of parseTopology'));
    expect(() => parseTopology(given(Buffer.from('version: 1')))).toThrow(bad('text of parseTopology'));
    expect(() => linksOf(topology, given('fabrikam.example'))).toThrow(bad('partners of linksOf'));
    expect(() => proxyPlan(topology, given(7))).toThrow(bad('asked of proxyPlan'));
  });
});

describe('the configuration of a proxy', () => {
  const plan = {
    proxy: 'rp1.contoso.example',
    outside: { fqdn: 'web.contoso.example', port: 443 },
    webServices: [],
  } as unknown as ProxyPlan;

  it('is written with revocation lists where that is said, and not left without them by a misspelt name', () => {
    for (const files of [
      { directory: '/etc/proxy', hasRevocationList: true },
      { directory: '/etc/proxy', hasRevocationLists: 'false' },
    ])
      expect(() => proxyConfiguration(plan, 'haproxy', given(files))).toThrow(
        expect.objectContaining({
          code: 'ENTENTE_TOPOLOGY_BAD_ARGUMENT',
          place: expect.stringMatching(/files of proxyConfiguration$/),
        }),
      );
  });

  it('has no directory that could be a line of its own, and no program that there is not', () => {
    expect(() => proxyConfiguration(plan, 'haproxy', { directory: '/etc\n  mode tcp' })).toThrow(
      bad('directory of files of proxyConfiguration'),
    );
    expect(() => proxyConfiguration(plan, given('apache'), { directory: '/etc' })).toThrow(
      bad('program of proxyConfiguration'),
    );
    expect(() => proxyConfiguration(given(undefined), 'nginx', { directory: '/etc' })).toThrow(
      bad('plan of proxyConfiguration'),
    );
  });
});

describe('a rehearsal', () => {
  const state = { topology, chainOf: () => undefined, judgeOf: () => given(undefined), now: 0 };

  it('is one of two whole states', () => {
    for (const [other, place] of [
      [undefined, 'candidate of rehearse'],
      [{ ...state, now: '2026-06-15' }, 'now of candidate of rehearse'],
      [{ ...state, topology: placed }, 'topology of candidate of rehearse'],
      [{ ...state, partner: {} }, 'partner of candidate of rehearse'],
    ] as const)
      expect(() => rehearse(state, given(other))).toThrow(bad(place));
    expect(() => rehearse(state, state, given('all'))).toThrow(bad('among of rehearse'));
    expect(() => judgeLink(given(undefined), state)).toThrow(bad('link of judgeLink'));
    expect(() => judgeLink(given({}), given({}))).toThrow(bad('topology of state of judgeLink'));
  });

  it('of a rotation has judges and chains of each stage', () => {
    const { judgeOf, chainOf, now } = state;
    const judges = { old: judgeOf, both: judgeOf, new: judgeOf };
    const chains = { old: chainOf, new: chainOf };
    expect(() => planRotation(given(undefined))).toThrow(bad('rollover of planRotation'));
    expect(() => planRotation(given({ topology, now, judges: { old: judgeOf }, chains }))).toThrow(
      bad('both of judges of planRotation'),
    );
    expect(() => planRotation(given({ topology: placed, now, judges, chains }))).toThrow(
      bad('topology of planRotation'),
    );
  });
});
