import type { Uri } from '@entente/sip';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { targetsOf } from './edge-targets.ts';
import type { ForwardingOptions } from './forwarding.ts';

const pool = 'pool1.contoso.example';
const [fe1, fe2, fe3] = ['fe1.contoso.example', 'fe2.contoso.example', 'fe3.contoso.example'] as const;
const topology = sampleTopology({
  servers: [...[fe1, fe2, fe3].map((fqdn) => ({ ...sampleFrontEnd, fqdn, pool })), sampleEdge],
});

/** Servers that a request from outside is tried at, where some do not answer. */
function tried(silent: readonly string[], member?: string): readonly (string | undefined)[] {
  const options = { topology: () => topology, isLiving: (server: string) => !silent.includes(server) };
  const route = { kind: 'inside', server: pool, first: { member } } as const;
  const groups = targetsOf(
    route,
    { toString: () => 'sip:alice@contoso.example' } as Uri,
    { arrival: { kind: 'client', flow: 'flow' }, origin: {} } as never,
    options as ForwardingOptions,
  );
  return groups.flat().map(({ server }) => server);
}

describe('a request from outside for a pool', () => {
  it('is tried at each member, beginning with the one that is named', () => {
    expect(tried([])).toEqual([fe1, fe2, fe3]);
    expect(tried([], fe2)).toEqual([fe2, fe3, fe1]);
  });

  it('is tried at those that answer first, and at one that does not only where there is nothing else', () => {
    expect(tried([fe2], fe2)).toEqual([fe3, fe1, fe2]);
    expect(tried([fe1, fe2, fe3])).toEqual([fe1, fe2, fe3]);
  });
});
