export type { Binding } from './binding.ts';
export type { Awaitable, LocationChange, Locations } from './locations.ts';
export { locationsPort } from './locations-port.ts';
export {
  isLocationsUnavailable,
  LocationsUnavailableError,
  locationsUnavailable,
} from './locations-unavailable.ts';
export { MemoryLocations } from './memory-locations.ts';
