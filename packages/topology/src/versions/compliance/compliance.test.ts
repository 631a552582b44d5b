import { describe, expect, it } from 'vitest';
import { createMemoryTopologyVersions } from '../memory-versions.ts';
import type { TopologyVersions } from '../topology-versions.ts';
import { topologyVersionsCompliance } from './index.ts';

const checkOf = (id: string) => {
  const rule = topologyVersionsCompliance({ durable: true }).find((one) => one.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule.check;
};
const broken = (change: (sound: TopologyVersions) => Partial<TopologyVersions>) => {
  const sound = createMemoryTopologyVersions();
  return { ...sound, ...change(sound) };
};

describe('versions in memory', () => {
  for (const { check, rule } of topologyVersionsCompliance({ durable: false })) {
    it(rule, () => check({ versions: createMemoryTopologyVersions() }));
  }
});

describe('the rules notice versions', () => {
  it.each<readonly [string, string, (sound: TopologyVersions) => Partial<TopologyVersions>]>([
    [
      'that change a text',
      'reads-what-was-added',
      (sound) => ({ add: (n, text) => sound.add(n, text.trim().replace('ä', 'a')) }),
    ],
    [
      'in no order',
      'ascending',
      (sound) => ({ numbers: async () => [...(await sound.numbers())].reverse() }),
    ],
    [
      'that are replaced',
      'stays-as-it-is',
      (sound) => ({ add: (n, text) => sound.add(n, text).catch(() => {}) }),
    ],
  ])('%s', async (_what, id, change) => {
    await expect(checkOf(id)({ versions: broken(change) })).rejects.toThrow();
  });

  it('that a crash empties', async () => {
    const lost = checkOf('survives-a-crash')({
      versions: createMemoryTopologyVersions(),
      reopen: async () => createMemoryTopologyVersions(),
    });
    await expect(lost).rejects.toThrow('lost a version');
  });
});
