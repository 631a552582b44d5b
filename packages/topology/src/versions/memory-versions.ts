import { TopologyFault } from '../terms/fault.ts';
import type { TopologyVersions } from './topology-versions.ts';

/** Keeps versions in memory, which are lost when the process ends: for tests and trials. */
export function createMemoryTopologyVersions(): TopologyVersions {
  const texts = new Map<number, string>();
  const place = 'memory';
  return {
    place,
    numbers: async () => [...texts.keys()].sort((one, other) => one - other),
    read: async (version) => texts.get(version),
    async add(version, text) {
      const before = texts.get(version);
      if (before !== undefined && before !== text) {
        throw new TopologyFault('ENTENTE_TOPOLOGY_VERSION_EXISTS', {
          sentence: `there is another version ${version} already`,
          place,
          remedy: 'publish it with the next number',
        });
      }
      texts.set(version, text);
    },
  };
}
