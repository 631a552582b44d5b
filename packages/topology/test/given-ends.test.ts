import { sampleTopology } from '@entente/testkit/topology';
import { authorise, buildTopology, mayOpen, mayRequest } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = sampleTopology();
const edge = { fqdn: 'edge1.contoso.example', interface: 'external' } as const;

const ends: readonly [string, unknown, string][] = [
  ['a name alone', edge.fqdn, 'expected an object with fqdn or party, found "edge1.contoso.example"'],
  ['nothing', undefined, 'expected an object with fqdn or party, found nothing'],
  ['an object without a name', { name: edge.fqdn }, 'expected the FQDN of a server as fqdn, found nothing'],
  [
    'a misspelt interface',
    { ...edge, interface: 'extern' },
    'expected the interface internal or external, found "extern"',
  ],
  ['a misspelt party', { party: 'clint' }, 'expected a party of the allow matrix, found "clint"'],
];

describe('an end of a link that is given as', () => {
  it.each(ends)('%s is a mistake of the caller, and no refusal of a peer', (_, end, sentence) => {
    const given = end as never;
    const fault = expect.objectContaining({ code: 'ENTENTE_BAD_END', message: sentence });
    expect(() => mayRequest(topology, given, edge)).toThrow(fault);
    expect(() => mayRequest(topology, edge, given)).toThrow(fault);
    expect(() => mayOpen(topology, given, edge, 1)).toThrow(fault);
    expect(() => mayOpen(topology, edge, given, 1)).toThrow(fault);
    expect(() => authorise(topology, given)).toThrow(fault);
  });
});

describe('the row of a link', () => {
  it.each(['federation', Number.NaN, null])('is a number, and not %o', (row) => {
    const fault = expect.objectContaining({ code: 'ENTENTE_BAD_END' });
    expect(() => mayRequest(topology, edge, { party: 'partner' }, row as never)).toThrow(fault);
    expect(() => mayOpen(topology, edge, { party: 'partner' }, row as never)).toThrow(fault);
  });
});

describe('what a topology is built of', () => {
  it.each([undefined, null, 'topology.yaml', {}, [], { domains: [] }])(
    'is a document, and not %o',
    (given) => {
      const fault = expect.objectContaining({
        code: 'ENTENTE_INVALID_TOPOLOGY',
        place: 'argument of buildTopology',
      });
      expect(() => buildTopology(given as never)).toThrow(fault);
    },
  );

  it('has no pool of a role that there is not', () => {
    const pools = [{ fqdn: 'pool9.contoso.example', role: 'frontend' }] as never;
    const fault = expect.objectContaining({
      code: 'ENTENTE_INVALID_TOPOLOGY',
      place: 'role of pool pool9.contoso.example',
    });
    expect(() => buildTopology({ ...topology.document, servers: [], pools })).toThrow(fault);
  });
});
