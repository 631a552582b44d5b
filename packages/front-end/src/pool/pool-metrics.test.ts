import { expect, it } from 'vitest';
import { poolMetrics } from './pool-metrics.ts';

it('counts the members of the pool, and those that are silent', () => {
  const silent = new Set(['fe3.contoso.example']);
  const metrics = poolMetrics({
    members: () => ['fe2.contoso.example', 'fe3.contoso.example'],
    isLiving: (server) => !silent.has(server),
  });
  const values = () => metrics.map(({ name, samples }) => [name, [...samples()].map(({ value }) => value)]);
  expect(values()).toEqual([
    ['entente_pool_members', [2]],
    ['entente_pool_members_silent', [1]],
  ]);
  silent.clear();
  expect(values()[1]).toEqual(['entente_pool_members_silent', [0]]);
});
