export { checkPlace, type RedisPlace } from './connection/redis-place.ts';
export { RedisFault, type RedisFaultCode } from './fault.ts';
export {
  type LocationsSnapshot,
  type OpenSnapshot,
  RedisLocations,
  type RedisLocationsOptions,
} from './redis-locations.ts';
