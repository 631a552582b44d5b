import { sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { KnownHomes } from './known-homes.ts';

const topology = sampleTopology();

describe('the homes that are known', () => {
  it('are those of the topology, however many users are asked for', () => {
    const homes = new KnownHomes(topology);
    for (let i = 0; i < 10_000; i++) {
      const address = `user${i}@contoso.example`;
      expect(homes.of(address)).toBe(topology.homeServer(address)?.fqdn);
    }
    expect(homes.size).toBeLessThanOrEqual(4_096);
  });

  it('do not grow by addresses that are long, or of nobody', () => {
    const homes = new KnownHomes(topology);
    for (const address of [`${'x'.repeat(200)}@contoso.example`, 'alice@fabrikam.example'])
      expect(homes.of(address)).toBe(topology.homeServer(address)?.fqdn);
    expect(homes.size).toBe(0);
  });
});
