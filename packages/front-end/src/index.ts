export { FrontEnd } from './front-end.ts';
export type { FrontEndOptions } from './front-end-options.ts';
export {
  type LocationsSettings,
  type OpenLocationsOptions,
  openLocations,
  readRedisPassword,
  type SharedLocations,
} from './locations/open-locations.ts';
export {
  type KeptRecord,
  RegistrationsFile,
  type RegistrationsFileOptions,
} from './registrations/registrations-file.ts';
export { type RunningFrontEnd, type ServeFrontEndOptions, serveFrontEnd } from './serve-front-end.ts';
