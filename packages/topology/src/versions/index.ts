export { createMemoryTopologyVersions } from './memory-versions.ts';
export type { TopologyVersions } from './topology-versions.ts';
