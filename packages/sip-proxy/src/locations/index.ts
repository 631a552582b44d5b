export type { Binding } from './binding.ts';
export type { Awaitable, LocationChange, Locations } from './locations.ts';
export { MemoryLocations } from './memory-locations.ts';
