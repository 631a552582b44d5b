import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { HomeServers } from './home-servers.ts';

const topology = sampleTopology();
const living = () => true;
const outside = { fqdn: 'edge1.contoso.example', isLiving: living };

describe('the homes that are known', () => {
  it('are those of the topology, however many users are asked for', () => {
    const homes = new HomeServers(topology, outside);
    for (let i = 0; i < 10_000; i++) {
      const address = `user${i}@contoso.example`;
      expect(homes.of(address)).toBe(topology.homeServer(address)?.fqdn);
    }
    expect(homes.size).toBeLessThanOrEqual(4_096);
  });

  it("tell which addresses are an application's, asked before and after", () => {
    const chat = { fqdn: 'chat.contoso.example', role: 'trusted-application' as const };
    const withChat = sampleTopology({
      servers: [sampleFrontEnd, chat],
      users: { 'help@contoso.example': chat.fqdn, 'lobby@chat.contoso.example': sampleFrontEnd.fqdn },
    });
    const homes = new HomeServers(withChat, { fqdn: sampleFrontEnd.fqdn, isLiving: living });
    for (let turn = 0; turn < 2; turn++) {
      expect(homes.applicationOf('help@contoso.example')).toBe(chat.fqdn);
      expect(homes.applicationOf('room@chat.contoso.example')).toBe(chat.fqdn);
      expect(homes.applicationOf('lobby@chat.contoso.example')).toBeUndefined();
      expect(homes.applicationOf('alice@contoso.example')).toBeUndefined();
      for (const name of ['help@contoso.example', 'alice@contoso.example']) homes.of(name);
    }
    expect(homes.size).toBe(2);
  });

  it('do not grow by addresses that are long, or of nobody', () => {
    const homes = new HomeServers(topology, outside);
    for (const address of [`${'x'.repeat(200)}@contoso.example`, 'alice@fabrikam.example'])
      expect(homes.of(address)).toBe(topology.homeServer(address)?.fqdn);
    expect(homes.size).toBe(0);
  });
});

describe('a pool of two', () => {
  const pool = sampleTopology({
    servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: 'fe2.contoso.example' }],
  });
  const names = ['fe1.contoso.example', 'fe2.contoso.example'];
  const address = 'user7@contoso.example';

  it.each(names)('serves each of its users at %s', (fqdn) => {
    expect(new HomeServers(pool, { fqdn, isLiving: living }).of(address)).toBe(fqdn);
  });

  it('serves a user by its home for others, and by the next member where that does not answer', () => {
    const [home = '', next] = pool.homeServers(address).map(({ fqdn }) => fqdn);
    const dead = new Set<string>();
    const homes = new HomeServers(pool, { ...outside, isLiving: (server) => !dead.has(server) });
    expect(homes.of(address)).toBe(home);
    dead.add(home);
    expect(homes.of(address)).toBe(next);
    for (const name of names) dead.add(name);
    expect(homes.of(address), 'the home where nobody answers').toBe(home);
  });
});
